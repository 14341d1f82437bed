#include "graphwitness/report/diff.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "json_schema.h"

namespace graphwitness {
namespace {

ChangeLine line(ChangeLine::Side side, std::uint32_t number, const std::string& text, const std::string& note = "") {
  ChangeLine line;
  line.side = side;
  line.at.line = number;
  line.at.text = text;
  line.at.file = line.at.recorded_file = number == 0 ? "" : "m.py";
  line.note = note;
  return line;
}

DiffReport sample() {
  DiffReport report;
  report.left = {"a.pt", "torchscript", "forward scripted"};
  report.right = {"b.pt", "torchscript", "forward traced"};
  report.counts = {4, 3, 3, 3};
  GraphChange loop;
  loop.kind = GraphChange::Kind::loop;
  loop.message = "the shape of `x` decides how often the loop turns";
  loop.rule = "shape-dependent-loop";
  loop.at.file = loop.at.recorded_file = "m.py";
  loop.at.line = 3;
  loop.function = "forward";
  loop.turns = 3;
  loop.left = "what decides";
  loop.right = "3 turns";
  loop.left_nodes = {NodeId{1}};
  loop.lines = {line(ChangeLine::Side::left, 3, "for row in x:"),
                line(ChangeLine::Side::both, 4, "  y = y + row", "aten::add")};
  GraphChange frozen;
  frozen.kind = GraphChange::Kind::frozen;
  frozen.message = "`aten::add` takes 7";
  frozen.rule = "tensor-read-as-number";
  frozen.right = "the constant 7";
  frozen.lines = {line(ChangeLine::Side::right, 0, "", "the constant 7")};
  GraphChange minor;
  minor.kind = GraphChange::Kind::assertion;
  minor.minor = true;
  minor.message = "a check inside PyTorch";
  report.changes = {loop, frozen, minor};
  return report;
}

std::string text_of(const DiffReport& report, const DiffTextOptions& options = {}) {
  std::ostringstream out;
  write_diff_text(out, report, options);
  return out.str();
}

}  // namespace

TEST_CASE("a diff of graphs reads like a diff of texts") {
  CHECK(text_of(sample()) == R"(--- a.pt (torchscript; forward scripted)
+++ b.pt (torchscript; forward traced)

@@ m.py:3 in `forward` @@ loop unrolled: the shape of `x` decides how often the loop turns [shape-dependent-loop]
-     3 | for row in x:
      4 |   y = y + row    aten::add
  turns: 3, one after the other
  keeps: 3 turns
  loses: what decides

@@ the graph @@ frozen: `aten::add` takes 7 [tensor-read-as-number]
+       | the constant 7

1 loop unrolled, 1 value frozen; kept: 3 of 4 operators, which are 3 of 3 on the other side
1 more by design or harmless; `--all` shows it
)");
}

TEST_CASE("what is minor is shown on request, and is no difference") {
  CHECK(count_changes(sample()) == 2);
  CHECK(text_of(sample(), {.shows_minor = true}).find("assertion lost: a check inside PyTorch") != std::string::npos);
  DiffReport report = sample();
  report.changes.erase(report.changes.begin(), report.changes.begin() + 2);
  CHECK(count_changes(report) == 0);
  CHECK(text_of(report).find("\nnothing lost, nothing changed;") != std::string::npos);
  CHECK(text_of(report, {.summary = false}).empty());
}

TEST_CASE("what a model says cannot steer a terminal") {
  DiffReport report = sample();
  report.changes[0].message = "\x1b[2Jgone\n";
  CHECK(text_of(report).find('\x1b') == std::string::npos);
}

TEST_CASE("a diff as JSON fits its schema") {
  std::ostringstream out;
  write_diff_json(out, sample());
  const nlohmann::json json = nlohmann::json::parse(out.str());
  CHECK(schema_violations(read_schema("diff"), json).empty());
  CHECK(json["differences"] == 2);
  CHECK(json["changes"][0]["turns"] == 3);
  CHECK(json["changes"][2]["minor"] == true);
}

}  // namespace graphwitness
