#include "gate/baseline.h"

#include <doctest/doctest.h>

#include "graphwitness/support/error.h"
#include "report/sample.h"
#include "temporary_folder.h"
#include "zip_file.h"

namespace graphwitness::gate {
namespace {

const std::set<std::string, std::less<>> kRun{"data-dependent-branch"};

Finding finding(const std::string& fingerprint, const std::string& structure = "s",
                Severity severity = Severity::error) {
  Finding one = sample_finding();
  one.fingerprint = fingerprint;
  one.structure = structure;
  one.severity = severity;
  return one;
}

Report report_of(std::vector<Finding> findings, const std::string& model = "m.pt") {
  return {{{.path = model, .format = "torchscript", .findings = std::move(findings)}}, "", {}};
}

/// The baseline of a report, after writing and reading.
Baseline baseline_of(const Report& report) {
  return parse_baseline(to_text(new_baseline(report, "b.json", {}, kRun)), "b.json");
}

std::size_t new_ones(const Report& report) { return count_findings(report).errors; }

std::string error_of_baseline(std::string_view text) {
  try {
    parse_baseline(text, "b.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("known findings do not count, a new one does") {
  const Baseline baseline = baseline_of(report_of({finding("a"), finding("b")}));
  Report again = report_of({finding("a"), finding("c", "t"), finding("b")});
  CHECK(apply_baseline(again, baseline, kRun).empty());
  CHECK(new_ones(again) == 1);
  CHECK(!again.models[0].findings[1].suppressed);
  CHECK(again.models[0].findings[0].suppressed->by == Suppression::By::baseline);
}

TEST_CASE("an edited line is known by its operators, once for each entry") {
  const Baseline baseline = baseline_of(report_of({finding("a")}));
  Report edited = report_of({finding("a2")});
  apply_baseline(edited, baseline, kRun);
  CHECK(new_ones(edited) == 0);
  Report two = report_of({finding("a2"), finding("a")});
  apply_baseline(two, baseline, kRun);
  CHECK(new_ones(two) == 1);
  CHECK(!two.models[0].findings[0].suppressed);
}

TEST_CASE("what has become graver, or lies in another model, is new") {
  const Baseline baseline = baseline_of(report_of({finding("a", "s", Severity::warning)}));
  Report graver = report_of({finding("a")});
  apply_baseline(graver, baseline, kRun);
  CHECK(new_ones(graver) == 1);
  Report other = report_of({finding("a", "s", Severity::warning)}, "n.pt");
  apply_baseline(other, baseline, kRun);
  CHECK(count_findings(other).warnings == 1);
}

TEST_CASE("what is gone is told: of models that were looked at, and of models that are no more") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "b.json").string();
  const std::string kept = write_file(folder.path() / "kept.pt", "");
  const std::string gone = (folder.path() / "gone.pt").string();
  Report report = report_of({finding("a"), finding("b", "t")}, kept);
  report.models.push_back(report_of({finding("c")}, gone).models[0]);
  const Baseline baseline = new_baseline(report, path, {}, kRun);
  Report now = report_of({finding("b", "t")}, kept);
  const std::vector<BaselineEntry> vanished = apply_baseline(now, baseline, kRun);
  REQUIRE(vanished.size() == 2);
  CHECK(vanished[0].fingerprint == "a");
  CHECK(vanished[1].model == "gone.pt");
  Report other_rules = report_of({}, kept);
  CHECK(apply_baseline(other_rules, baseline, {}).size() == 1);  // the model that is no more

  // A new baseline keeps what this call did not look at.
  CHECK(new_baseline(report_of({}, kept), path, baseline, {}).entries.size() == 2);
  CHECK(new_baseline(now, path, baseline, kRun).entries.size() == 1);
  Report failed = report_of({}, kept);
  failed.models[0].error = "it cannot be read";
  CHECK(new_baseline(failed, path, baseline, kRun).entries.size() == 2);
}

TEST_CASE("what a comment or a setting silences is not written down") {
  Report report = report_of({finding("a"), finding("b")});
  report.models[0].findings[0].suppressed = Suppression{Suppression::By::comment, ""};
  CHECK(baseline_of(report).entries.size() == 1);
}

TEST_CASE("a file that is no baseline is one clear line") {
  CHECK(error_of_baseline("") == "the baseline `b.json` is no JSON, expected what `--write-baseline` wrote");
  CHECK(error_of_baseline("[]") ==
        "the baseline `b.json` holds something else, expected what `--write-baseline` wrote");
  CHECK(error_of_baseline("{\"version\": 2}") ==
        "the baseline `b.json` holds another version, expected 1; write it again with `--write-baseline`");
  CHECK(error_of_baseline("{\"version\": 1}") == "the baseline `b.json` holds no list of findings");
  CHECK(error_of_baseline("{\"version\": 1, \"findings\": [1]}") ==
        "the baseline `b.json` holds an entry that is no object");
  CHECK(error_of_baseline("{\"version\": 1, \"findings\": [{}]}") ==
        "the baseline `b.json` holds an entry without the text `model`");
}

}  // namespace graphwitness::gate
