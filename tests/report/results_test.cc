#include "graphwitness/report/results.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "contains.h"
#include "graphwitness/report/compare.h"
#include "graphwitness/report/verify.h"
#include "json_schema.h"
#include "report/sample.h"

namespace graphwitness {
namespace {

using Json = nlohmann::json;

const std::vector<ResultRule> kRules{{"random-op", "result differs from run to run", "# random-op"},
                                     {"data-dependent-branch", "an arm chosen by data", "# data-dependent-branch"}};

Json sarif_of(const ResultLog& log) {
  std::ostringstream out;
  write_sarif(out, log);
  const Json sarif = Json::parse(out.str());
  CHECK(sarif_violations(sarif) == std::vector<std::string>{});
  return sarif["runs"][0];
}

std::string written(void (*write)(std::ostream&, const ResultLog&), const ResultLog& log) {
  std::ostringstream out;
  write(out, log);
  return out.str();
}

VerificationReport refuted() {
  VerificationReport report{.scripted = "s.pt", .traced = "t.pt", .method = "forward", .example = "generated"};
  report.same_shapes.verdict = Verdict::refuted;
  report.same_shapes.witness = WitnessReport{.folder = "w/same_shapes",
                                             .against = "trace",
                                             .difference = "output `0`: shape",
                                             .changes = {"`x`[0] from 1 to -10"},
                                             .decisions = {{"branch", "m.py", 20, "true", "false"}}};
  report.other_shapes.reasons = {"the budget ran out"};
  return report;
}

}  // namespace

TEST_CASE("SARIF of `check`: rules with their pages, the region, the flow, the node, the fingerprint, the models") {
  const Json run = sarif_of(results_of(sample_report(), kRules));
  CHECK(run["tool"]["driver"]["rules"][1]["help"]["markdown"] == "# data-dependent-branch");
  REQUIRE(run["results"].size() == 3);
  const Json& result = run["results"][0];
  CHECK(result["ruleIndex"] == 1);
  CHECK(result["level"] == "error");
  CHECK(result["analysisTarget"]["uri"] == "m.pt");
  const Json& at = result["locations"][0];
  CHECK(at["physicalLocation"]["region"] == Json{{"startLine", 11}, {"startColumn", 9}, {"endColumn", 28}});
  CHECK(at["logicalLocations"][0]["fullyQualifiedName"] == "forward/encoder/%7");
  const Json& flow = result["codeFlows"][0]["threadFlows"][0]["locations"];
  REQUIRE(flow.size() == 3);
  CHECK(flow[1]["location"]["message"]["text"] == "aten::sum");
  CHECK(flow[2]["location"]["message"]["text"] == "aten::gt: decides");
  CHECK(result["stacks"][0]["frames"].size() == 1);
  CHECK(result["relatedLocations"].size() == 1);
  CHECK(result["partialFingerprints"]["graphwitness/v1"] == "0123456789abcdef");
  CHECK(run["results"][1]["level"] == "note");
  CHECK(run["results"][2]["suppressions"][0] ==
        Json{{"kind", "inSource"}, {"justification", "the caller never sends negative sums"}});
  CHECK(run["artifacts"].size() == 3);
  CHECK(run["invocations"][0]["executionSuccessful"] == false);
  CHECK(run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == "`b.pt` is a text file");
}

TEST_CASE("a schema that is broken on purpose is noticed") {
  std::ostringstream out;
  write_sarif(out, results_of(sample_report(), kRules));
  const Json good = Json::parse(out.str());
  const auto bad = [&](const char* pointer, const Json& value) {
    Json changed = good;
    changed[Json::json_pointer(pointer)] = value;
    return !sarif_violations(changed).empty();
  };
  CHECK(bad("/runs/0/results/0/level", "fatal"));
  CHECK(bad("/runs/0/results/0/ruleIndex", 0));
  CHECK(bad("/runs/0/results/0/surprise", 1));
  CHECK(bad("/runs/0/results/0/codeFlows/0/threadFlows", Json::array()));
  CHECK(bad("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", "a b"));
  CHECK(bad("/runs/0/results/0/locations/0/physicalLocation/region/endColumn", 9));
}

TEST_CASE("places are given from the current folder, in characters, as URIs") {
  Report report = sample_report();
  report.source_root = "src/py";
  Finding& finding = report.models[0].findings[0];
  finding.at = {"net 1/m.py", "/old/net 1/m.py", 3, 10, 12, "if 'ää' < x:", true};
  const ResultLog log = results_of(report, kRules);
  CHECK(log.results[0].at.file == "src/py/net 1/m.py");
  CHECK(log.results[0].at.column == 8);
  CHECK(sarif_of(log)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] ==
        "src/py/net%201/m.py");
}

TEST_CASE("workflow commands: one line each, escaped, nothing that is suppressed") {
  Report report = sample_report();
  report.models[0].findings[0].at.file = "a,b:c.py";
  report.remarks = {"remember\nthis"};
  const std::string text = written(write_workflow_commands, results_of(report, kRules));
  CHECK(
      text.starts_with("::error file=a%2Cb%3Ac.py,line=11,col=9,endColumn=28,title=data-dependent-branch::the arm is "
                       "chosen by the data of `input`%0Akeeps: the arm that the example takes%0Aloses: "));
  CHECK(contains(text, "\n::notice file=my_module.py,line=11,"));
  CHECK(contains(text, "\n::error title=graphwitness::`b.pt` is a text file\n"));
  CHECK(contains(text, "\n::notice title=graphwitness::remember%0Athis\n"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 4);
}

TEST_CASE("Markdown: models, findings, what is silenced, and what a name must not do") {
  Report report = sample_report();
  report.models[0].path = "m|<b>.pt";
  const std::string text = written(write_markdown, results_of(report, kRules));
  CHECK(contains(text, "| m\\|&lt;b>.pt | 1 error, 1 note |\n"));
  CHECK(contains(text, "| b.pt | **`b.pt` is a text file** |\n"));
  CHECK(contains(text,
                 "| error | my\\_module.py:11 | data-dependent-branch | the arm is chosen by the data of `input` |"));
  CHECK(contains(text, "\n1 more known or silenced\n"));
}

TEST_CASE("a long Markdown table says what it leaves out") {
  Report report = sample_report();
  report.models[0].findings.assign(250, sample_finding());
  CHECK(contains(written(write_markdown, results_of(report, kRules)), "250 results in all, 50 not shown"));
}

TEST_CASE("`compare` and `verify` make valid SARIF too") {
  ComparisonReport comparison{.reference = "a.pt", .method = "forward", .samples = 2};
  PairComparison pair{.candidate = "b.onnx", .differing_samples = 1};
  pair.outputs.push_back({.name = "0", .difference = Difference::value, .mismatched = 1, .total = 4, .samples = 1});
  pair.warnings = {"the outputs are all zero"};
  comparison.pairs = {pair};
  const Json run = sarif_of(results_of(comparison));
  CHECK(run["results"].size() == 2);

  const Json verified = sarif_of(results_of(refuted(), false));
  REQUIRE(verified["results"].size() == 2);
  CHECK(verified["results"][0]["ruleId"] == "trace-differs");
  CHECK(verified["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 20);
  CHECK(contains(verified["results"][0]["message"]["text"].get<std::string>(), "witness: w/same_shapes"));
  CHECK(verified["results"][1]["level"] == "note");
  CHECK(sarif_of(results_of(refuted(), true))["results"][1]["level"] == "warning");
  VerificationReport proved = refuted();
  proved.same_shapes = {.verdict = Verdict::proved};
  proved.other_shapes = {.verdict = Verdict::proved};
  CHECK(sarif_of(results_of(proved, true))["results"].empty());
}

}  // namespace graphwitness
