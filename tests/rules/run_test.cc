#include "rules/run.h"

#include <doctest/doctest.h>

#include "graphwitness/ir/text.h"
#include "rules/registry.h"

namespace graphwitness {
namespace {

std::vector<Finding> check(std::string_view text, const RuleOptions& options = {}) {
  return run_rules(read_ir(text).graph, all_rules(), options);
}

constexpr std::string_view kTwoBranch = R"(
location 0 "my_module.py" line 9 in "forward"
location 1 "my_module.py" line 11 column 12 to 23 in "forward" scope "gate"
source "my_module.py" line 9 "def forward(self, input):\n    \n    if input.sum() > 0:\n"
graph "forward" scripted @0 (%input.1: tensor):
  %zero: int = prim::Constant[value=0]()
  %s: tensor = aten::sum(%input.1) @1
  %g: tensor = aten::gt(%s, %zero) @1
  %c: bool = aten::Bool(%g) @1
  %r: tensor = prim::If(%c) @1 {
    block(): %p: tensor = aten::mv(%input.1, %input.1) return %p
    block(): return %input.1
  }
  return %r)";

TEST_CASE("a finding says where, why, from which input and by which way") {
  const std::vector<Finding> findings = check(kTwoBranch);
  REQUIRE(findings.size() == 1);
  const Finding& finding = findings[0];
  CHECK(finding.rule == "data-dependent-branch");
  CHECK(finding.at.file == "my_module.py");
  CHECK(finding.at.line == 11);
  CHECK(finding.at.text == "    if input.sum() > 0:");
  CHECK(finding.function == "forward");
  CHECK(finding.module == "gate");
  CHECK(finding.provenance == std::vector<std::string>{"data"});
  CHECK(finding.inputs == std::vector<std::string>{"input.1"});
  std::vector<std::string> ops;
  for (const TrailStep& step : finding.trail) ops.push_back(step.op);
  CHECK(ops == std::vector<std::string>{"input", "aten::sum", "aten::gt", "aten::Bool", "prim::If"});
  CHECK(finding.keeps.find("`aten::mv`") != std::string::npos);
  CHECK(!finding.fix.empty());
  CHECK(finding.fingerprint.size() == 16);
}

TEST_CASE("what ships scripted loses nothing") {
  const std::vector<Finding> findings = check(kTwoBranch, {.purpose = Purpose::script});
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].severity == Severity::note);
}

TEST_CASE("the fingerprint survives a move of the line, and tells equal lines apart") {
  std::string moved(kTwoBranch);
  for (std::size_t at = 0; (at = moved.find("line 11", at)) != std::string::npos; ++at) moved.replace(at, 7, "line 31");
  moved.replace(moved.find("source \"my_module.py\" line 9"), 28, "source \"my_module.py\" line 29");
  CHECK(check(moved)[0].at.line == 31);
  CHECK(check(moved)[0].fingerprint == check(kTwoBranch)[0].fingerprint);
}

TEST_CASE("the fingerprint survives other names and numbers, another layout and a comment; without a line, too") {
  std::string renamed(kTwoBranch);
  for (const auto& [from, to] :
       {std::pair("%s", "%sum.7"), {"%g", "%12"}, {"%c", "%cond"}, {"%zero", "%3"}, {"%r", "%out.2"}}) {
    for (std::size_t at = 0; (at = renamed.find(from, at)) != std::string::npos; at += 2)
      renamed.replace(at, std::string_view(from).size(), to);
  }
  renamed.replace(renamed.find("if input.sum() > 0:"), 19, "if input.sum()>0:  # graphwitness: ignore[x]");
  const Finding before = check(kTwoBranch)[0];
  const Finding after = check(renamed)[0];
  CHECK(before.node != after.node);
  CHECK(before.fingerprint == after.fingerprint);
  CHECK(before.structure == after.structure);

  std::string edited(kTwoBranch);
  edited.replace(edited.find("input.sum() > 0:"), 16, "input.sum() > 2:");
  CHECK(check(edited)[0].fingerprint != before.fingerprint);
  CHECK(check(edited)[0].structure == before.structure);

  const auto bare = [](std::string text) {
    text.erase(text.find("source"), text.find("graph \"forward\"") - text.find("source"));
    return check(text)[0];
  };
  CHECK(bare(std::string(kTwoBranch)).fingerprint == bare(renamed).fingerprint);
}

TEST_CASE("one line and cause is one finding; the other places are its occurrences") {
  const std::vector<Finding> findings = check(R"(
location 0 "m.py" line 4 column 5
location 1 "m.py" line 4 column 25
location 2 "m.py" line 5 column 5
graph(%x: tensor):
  %c: bool = aten::is_nonzero(%x)
  %a: tensor = prim::If(%c) @0 { block(): %p: tensor = aten::relu(%x) return %p block(): return %x }
  %b: tensor = prim::If(%c) @1 { block(): %q: tensor = aten::relu(%a) return %q block(): return %a }
  %d: tensor = prim::If(%c) @1 { block(): %r: tensor = aten::relu(%b) return %r block(): return %b }
  %e: tensor = prim::If(%c) @2 { block(): %s: tensor = aten::relu(%d) return %s block(): return %d }
  return %e)");
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].at.line == 4);
  REQUIRE(findings[0].occurrences.size() == 1);
  CHECK(findings[0].occurrences[0].column == 25);
  CHECK(findings[1].at.line == 5);
  CHECK(findings[0].fingerprint != findings[1].fingerprint);
}

TEST_CASE("an input is named once for each that is involved, however many inputs there are") {
  std::string text = "graph(%x0: tensor";
  for (int i = 1; i < 130; ++i) text += ", %x" + std::to_string(i) + ": tensor";
  text += "):\n %a: tensor = aten::add(%x3, %x127)\n %c: bool = aten::is_nonzero(%a)\n";
  text +=
      " %r: tensor = prim::If(%c) { block(): %p: tensor = aten::relu(%a) return %p block(): return %a }\n return %r";
  std::vector<Finding> findings = check(text);
  std::erase_if(findings, [](const Finding& finding) { return finding.rule == "unused-input"; });
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].inputs == std::vector<std::string>{"x3", "x127"});
  CHECK(findings[0].message == "the data of `x3` and `x127` chooses the arm");
}

TEST_CASE("a graph as deep as it is long is no problem") {
  std::string text = "graph(%x0: tensor):\n";
  constexpr int kLength = 100'000;
  for (int i = 0; i < kLength; ++i) {
    text += "%x" + std::to_string(i + 1) + ": tensor = aten::relu(%x" + std::to_string(i) + ")\n";
  }
  text += "%c: bool = aten::is_nonzero(%x" + std::to_string(kLength) + ")\n";
  text +=
      "%r: tensor = prim::If(%c) { block(): %p: tensor = aten::neg(%x0) return %p block(): return %x0 }\n return %r";
  const std::vector<Finding> findings = check(text);
  REQUIRE(findings.size() == 1);
  const std::vector<TrailStep>& trail = findings[0].trail;
  CHECK(trail.front().op == "input");
  CHECK(trail[1].message.find("left out") != std::string::npos);
  CHECK(trail.back().op == "prim::If");
  CHECK(trail.size() == 53);
}

TEST_CASE("of many inputs that decide, a message names a few") {
  std::string text = "graph(%x0: tensor";
  for (int i = 1; i < 300; ++i) text += ", %x" + std::to_string(i) + ": tensor";
  text += "):\n%l: list<tensor> = prim::ListConstruct(%x0";
  for (int i = 1; i < 300; ++i) text += ", %x" + std::to_string(i);
  text +=
      ")\n%d: int = prim::Constant[value=0]()\n%y: tensor = aten::cat(%l, %d)\n%c: bool = aten::is_nonzero(%y)\n"
      "%r: tensor = prim::If(%c) { block(): %p: tensor = aten::neg(%y) return %p block(): return %y }\n return %r";
  const std::vector<Finding> findings = check(text);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].message == "the data of `x0`, `x1`, `x2`, `x3`, `x4`, `x5`, `x6` and 293 others chooses the arm");
  CHECK(findings[0].inputs.size() == 300);
}

}  // namespace
}  // namespace graphwitness
