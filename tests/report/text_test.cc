#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include "contains.h"
#include "graphwitness/report/report.h"
#include "report/sample.h"

namespace graphwitness {
namespace {

std::string text_of(const Report& report, const TextOptions& options = {}) {
  std::ostringstream out;
  write_text(out, report, options);
  return out.str();
}

}  // namespace

TEST_CASE("a text report reads like a compiler's") {
  CHECK(text_of(sample_report()) == R"(m.pt: 1 error, 1 note; 1 known or silenced (torchscript; forward scripted)

my_module.py:11:9: error: the arm is chosen by the data of `input` [data-dependent-branch]
   11 |         if input.sum() > 0:
      |         ^~~~~~~~~~~~~~~~~~~
  trail:
    my_module.py:10     input      the input `input`
    my_module.py:11:12  aten::sum
    my_module.py:11:12  aten::gt   decides
  keeps: the arm that the example takes
  loses: the other arm, `weight + input`
  fix:   use `torch.where`
  frame: main.py:3:5, in `forward`
  also:  other.py:2:1


my_module.py:11:9: note: the arm is chosen by the data of `input` [data-dependent-branch]
   11 |         if input.sum() > 0:
      |         ^~~~~~~~~~~~~~~~~~~
  also:  other.py:2:1

c.onnx: nothing found (onnx; main_graph exported)
3 models: 1 error, 1 note; 1 could not be read
)");
}

TEST_CASE("without a summary only findings are left") {
  Report report = sample_report();
  report.models.erase(report.models.begin());
  CHECK(text_of(report, {.summary = false}) == "");
}

TEST_CASE("notes can be shown in full") {
  const std::string text = text_of(sample_report(), {.full_notes = true});
  CHECK(text.find("fix:") != text.rfind("fix:"));
}

TEST_CASE("colours are written only when asked for") {
  CHECK(!contains(text_of(sample_report()), "\x1b"));
  CHECK(contains(text_of(sample_report(), {.color = true}), "\x1b[1;31merror\x1b[0m"));
}

TEST_CASE("what a model says cannot steer the terminal or forge lines") {
  Report report = sample_report();
  Finding& finding = report.models[0].findings[0];
  finding.message = "a\x1b[2Jb\nc";
  finding.at.file = "x\x07.py";
  finding.at.text = "    \x1b]0;title\x07 if x:";
  const std::string text = text_of(report);
  CHECK(!contains(text, "\x1b"));
  CHECK(!contains(text, "\x07"));
  CHECK(contains(text, "x\\x07.py:11:9: error: a\\x1b[2Jb c [data-dependent-branch]"));
}

TEST_CASE("a finding without a Python line stands at the model") {
  Report report = sample_report();
  report.models[0].findings[0].at = {};
  CHECK(contains(text_of(report), "\nm.pt: error: the arm"));
}

TEST_CASE("many places and frames are cut, and say so") {
  Report report = sample_report();
  Finding& finding = report.models[0].findings[0];
  finding.occurrences.assign(8, span("o.py", 1, 1, 0, ""));
  finding.stack.assign(20, StackFrame{span("s.py", 1, 1, 0, ""), "f"});
  const std::string text = text_of(report);
  CHECK(contains(text, "also:  8 places in all, 3 not shown"));
  CHECK(contains(text, "frame: and 12 more"));
}

}  // namespace graphwitness
