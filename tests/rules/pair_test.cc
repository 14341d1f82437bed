// What a pair tells beyond its two graphs: constants where the script computes, and suspicions that it settles. Each
// case is a scripted and a traced graph; the rules in whose name losses are reported are stand-ins, so that only the
// pair speaks.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "graphwitness/ir/text.h"
#include "graphwitness/support/error.h"
#include "rules/run.h"

namespace graphwitness {
namespace {

void nothing(RuleContext&) {}

/// Suspects every `aten::view`, as rules that see one graph alone may do.
void suspect_views(RuleContext& context) {
  for (NodeId node : context.graph().all_nodes()) {
    if (context.graph()[context.graph()[node].op] == "aten::view") {
      context.report(node, Severity::warning, "suspects a size");
    }
  }
}

void mention_inputs(RuleContext& context) { context.report({}, Severity::note, "input `x` is not used"); }

constexpr Rule kSilent[] = {
    {"argument-dependent-branch", "", nothing},
    {"constant-output", "", nothing},
    {"frozen-device", "", nothing},
    {"frozen-dtype", "", nothing},
    {"frozen-shape", "", nothing},
    {"frozen-tensor", "", nothing},
    {"mutated-state", "", nothing},
    {"structured-io", "", nothing},
    {"tensor-read-as-number", "", nothing},
};
constexpr Rule kSuspecting{"frozen-shape", "", suspect_views};
constexpr Rule kMentioning{"unused-input", "", mention_inputs};

std::vector<const Rule*> silent_rules() {
  std::vector<const Rule*> rules;
  for (const Rule& rule : kSilent) rules.push_back(&rule);
  return rules;
}

/// "12 error frozen-tensor", one a finding.
std::vector<std::string> found(const std::string& scripted, const std::string& traced,
                               const std::vector<const Rule*>& rules = silent_rules()) {
  const Graph script = read_ir(scripted).graph;
  const Graph trace = read_ir(traced).graph;
  std::vector<std::string> lines;
  for (const Finding& finding : run_rules_on_pair(script, trace, rules, {})) {
    lines.push_back(std::to_string(finding.at.line) + " " + std::string(name_of(finding.severity)) + " " +
                    finding.rule);
  }
  // The order in which the two are named changes nothing but whose nodes are whose.
  CHECK(run_rules_on_pair(trace, script, rules, {}).size() == lines.size());
  return lines;
}

using Lines = std::vector<std::string>;

const std::string kPlaces = R"(
location 0 "m.py" line 1 in "forward"
location 1 "m.py" line 2 in "forward"
location 2 "m.py" line 3 in "forward"
location 3 "/usr/lib/python3/dist-packages/torch/nn/functional.py" line 4 in "f" from 1
)";
const std::string kNumbers = R"(
tensor 0 "constants/0" tensor<i64> {3}
tensor 1 "constants/1" tensor<i64, 2> {1, 2}
)";

TEST_CASE("a number read from data is a constant in the trace, the finding says which and from what") {
  const std::string scripted = kPlaces + R"(graph "forward" scripted (%x: tensor):
  %m: tensor = aten::max(%x) @1
  %f: float = aten::Float(%m) @1
  %y: tensor = aten::mul(%x, %f) @2
  return %y)";
  const std::string traced = kPlaces + kNumbers + R"(graph "forward" traced (%x: tensor):
  %k: tensor<i64> = prim::Constant[value=tensor 0]() @2
  %y: tensor = aten::mul(%x, %k) @2
  return %y)";
  CHECK(found(scripted, traced) == Lines{"3 error tensor-read-as-number"});
  const auto findings = run_rules_on_pair(read_ir(scripted).graph, read_ir(traced).graph, silent_rules(), {});
  CHECK(findings[0].message ==
        "`aten::mul` takes the constant 3 in the trace, where the script computes it from the data of `x`");
  CHECK(findings[0].keeps == "the constant 3, whatever the input");
  CHECK(findings[0].inputs == std::vector<std::string>{"x"});
  CHECK(findings[0].trail.size() == 4);
  CHECK(!findings[0].of_other);
  CHECK(run_rules_on_pair(read_ir(traced).graph, read_ir(scripted).graph, silent_rules(), {})[0].of_other);
}

TEST_CASE("a size that `int()` froze, which the script does not show; a size that stays alive is silent") {
  const std::string scripted = kPlaces + R"(graph "forward" scripted (%x: tensor):
  %zero: int = prim::Constant[value=0]()
  %minus: int = prim::Constant[value=-1]()
  %n: int = aten::size(%x, %zero) @1
  %l: list<int> = prim::ListConstruct(%n, %minus)
  %y: tensor = aten::view(%x, %l) @2
  return %y)";
  CHECK(found(scripted, kPlaces + R"(graph "forward" traced (%x: tensor):
  %three: int = prim::Constant[value=3]() @2
  %minus: int = prim::Constant[value=-1]() @2
  %l: list<int> = prim::ListConstruct(%three, %minus)
  %y: tensor = aten::view(%x, %l) @2
  return %y)") == Lines{"3 warning frozen-shape"});
  CHECK(found(scripted, kPlaces + R"(graph "forward" traced (%x: tensor):
  %zero: int = prim::Constant[value=0]() @1
  %minus: int = prim::Constant[value=-1]() @2
  %n: int = aten::size(%x, %zero) @1
  %t: tensor = prim::NumToTensor(%n)
  %i: int = aten::Int(%t)
  %l: list<int> = prim::ListConstruct(%i, %minus)
  %y: tensor = aten::view(%x, %l) @2
  return %y)")
            .empty());
}

TEST_CASE("inside PyTorch itself it is a note, unless the value comes from outside") {
  const auto scripted = [](const std::string& place) {
    return kPlaces + R"(graph "forward" scripted (%x: tensor):
  %zero: int = prim::Constant[value=0]()
  %n: int = aten::size(%x, %zero) @)" +
           place + R"(
  %y: tensor = aten::mul(%x, %n) @3
  return %y)";
  };
  const std::string traced = kPlaces + kNumbers + R"(graph "forward" traced (%x: tensor):
  %k: tensor<i64> = prim::Constant[value=tensor 0]() @3
  %y: tensor = aten::mul(%x, %k) @3
  return %y)";
  CHECK(found(scripted("3"), traced) == Lines{"2 note frozen-shape"});
  CHECK(found(scripted("1"), traced) == Lines{"2 warning frozen-shape"});
}

TEST_CASE("what follows from a lost branch is told once, by the branch") {
  CHECK(found(kPlaces + R"(graph "forward" scripted (%x: tensor):
  %one: int = prim::Constant[value=1]()
  %three: int = prim::Constant[value=3]()
  %m: tensor = aten::max(%x) @1
  %c: bool = aten::Bool(%m) @1
  %n: int = prim::If(%c) @1 {
    block(): return %one
    block(): return %three
  }
  %y: tensor = aten::mul(%x, %n) @2
  return %y)",
              kPlaces + kNumbers + R"(graph "forward" traced (%x: tensor):
  %k: tensor<i64> = prim::Constant[value=tensor 0]() @2
  %y: tensor = aten::mul(%x, %k) @2
  return %y)")
            .empty());
}

TEST_CASE("dtype, device, arguments, captured tensors") {
  CHECK(found(kPlaces + R"(graph "forward" scripted (%x: tensor, %s: float):
  %y: tensor = aten::mul(%x, %s) @1
  return %y)",
              kPlaces + kNumbers + R"(graph "forward" traced (%x: tensor):
  %k: tensor<i64> = prim::Constant[value=tensor 0]() @1
  %y: tensor = aten::mul(%x, %k) @1
  return %y)") == Lines{"2 warning argument-dependent-branch"});
  CHECK(found(kPlaces + R"(graph "forward" scripted (%x: tensor):
  %none: none = prim::Constant[value=none]()
  %y: tensor = aten::zeros_like(%x, %none, %none, %none, %none, %none) @1
  return %y)",
              kPlaces + R"(graph "forward" traced (%x: tensor):
  %none: none = prim::Constant[value=none]()
  %six: int = prim::Constant[value=6]()
  %y: tensor = aten::zeros_like(%x, %six, %none, %none, %none, %none) @1
  return %y)") == Lines{"2 warning frozen-dtype"});
  CHECK(found(kPlaces + R"(graph "forward" scripted (%x: tensor, %z: tensor):
  %t: tensor = aten::sum(%z) @1
  %y: tensor = aten::mul(%x, %t) @2
  return %y)",
              kPlaces + kNumbers + R"(graph "forward" traced (%x: tensor, %z: tensor):
  %k: tensor<i64, 2> = prim::Constant[value=tensor 1]() @2
  %y: tensor = aten::mul(%x, %k) @2
  return %y)") == Lines{"3 error frozen-tensor"});
}

const std::string kModule = R"(
tensor 2 "w" tensor<f32, 2> absent 8
tensor 3 "p" tensor<f32, 2> absent 8
module 0 "" path "" class "M" {
  plain "w": tensor<f32, 2> = tensor 2
  parameter "p": tensor<f32, 2> = tensor 3
}
)";

TEST_CASE("a tensor attribute that the trace copied; parameters of a frozen trace are none") {
  const auto scripted = [](const std::string& name) {
    return kPlaces + kNumbers + kModule + R"(graph "forward" scripted self 0 (%self: object "M", %x: tensor):
  %w: tensor = prim::GetAttr[name=")" +
           name + R"("](%self)
  %y: tensor = aten::mul(%x, %w) @1
  return %y)";
  };
  const std::string body = R"(
  %k: tensor<i64, 2> = prim::Constant[value=tensor 1]() @1
  %y: tensor = aten::mul(%x, %k) @1
  return %y)";
  const std::string traced =
      kPlaces + kNumbers + kModule + R"(graph "forward" traced self 0 (%self: object "M", %x: tensor):)" + body;
  CHECK(found(scripted("w"), traced) == Lines{"2 warning frozen-tensor"});
  const std::string frozen = kPlaces + kNumbers + R"(graph "forward" traced (%x: tensor):)" + body;
  CHECK(found(scripted("p"), frozen).empty());
}

TEST_CASE("an assigned attribute") {
  const std::string assignment = R"(  %y: tensor = aten::mul(%x, %x) @1
  prim::SetAttr[name="w"](%self, %y)
  return %y)";
  const std::string scripted = kPlaces + kNumbers + kModule +
                               "graph \"forward\" scripted self 0 (%self: object \"M\", %x: tensor):\n" + assignment;
  CHECK(found(scripted, kPlaces + R"(graph "forward" traced (%x: tensor):
  %y: tensor = aten::mul(%x, %x) @1
  return %y)") == Lines{"2 warning mutated-state"});
  // A trace that calls scripted code keeps it.
  CHECK(found(scripted, kPlaces + kNumbers + kModule +
                            "graph \"forward\" traced self 0 (%self: object \"M\", %x: tensor):\n" + assignment)
            .empty());
}

TEST_CASE("outputs of another structure") {
  CHECK(found(kPlaces + R"(graph "forward" scripted @0 (%x: tensor):
  %zero: int = prim::Constant[value=0]()
  %n: int = aten::size(%x, %zero)
  %t: tuple<tensor, int> = prim::TupleConstruct(%x, %n)
  return %t)",
              kPlaces + R"(graph "forward" traced (%x: tensor):
  %zero: int = prim::Constant[value=0]()
  %n: int = aten::size(%x, %zero) @1
  %i: tensor = prim::NumToTensor(%n)
  %t: tuple<tensor, tensor> = prim::TupleConstruct(%x, %i)
  return %t)") == Lines{"1 warning structured-io"});
}

TEST_CASE("what one graph lets suspect, the other settles") {
  const std::string literal = R"(
  %three: int = prim::Constant[value=3]() @1
  %l: list<int> = prim::ListConstruct(%three)
  %y: tensor = aten::view(%x, %l) @1
  return %y)";
  const std::string scripted = kPlaces + R"(graph "forward" scripted (%x: tensor):)" + literal;
  const std::string traced = kPlaces + R"(graph "forward" traced (%x: tensor):)" + literal;
  CHECK(found(scripted, traced, {&kSuspecting}).empty());
  // A node that the script has not stays suspect.
  CHECK(found(kPlaces + R"(graph "forward" scripted (%x: tensor): return %x)", traced, {&kSuspecting}) ==
        Lines{"2 warning frozen-shape"});
  // Both say the same: told once.
  CHECK(found(scripted, traced, {&kMentioning}) == Lines{"0 note unused-input"});
}

TEST_CASE("a confirmed suspicion is one finding") {
  const std::string scripted = kPlaces + R"(graph "forward" scripted (%x: tensor):
  %zero: int = prim::Constant[value=0]()
  %n: int = aten::size(%x, %zero) @1
  %l: list<int> = prim::ListConstruct(%n)
  %y: tensor = aten::view(%x, %l) @1
  return %y)";
  CHECK(found(scripted, kPlaces + R"(graph "forward" traced (%x: tensor):
  %three: int = prim::Constant[value=3]() @1
  %l: list<int> = prim::ListConstruct(%three)
  %y: tensor = aten::view(%x, %l) @1
  return %y)",
              {&kSuspecting}) == Lines{"2 warning frozen-shape"});
}

TEST_CASE("what is no pair says so") {
  const Graph scripted = read_ir(R"(graph "forward" scripted (%x: tensor): return %x)").graph;
  const Graph traced = read_ir(R"(graph "forward" traced (%x: tensor): return %x)").graph;
  const Graph unknown = read_ir(R"(graph "forward" (%x: tensor): return %x)").graph;
  const auto check = [](const Graph& a, const Graph& b) { return run_rules_on_pair(a, b, silent_rules(), {}); };
  CHECK_THROWS_WITH_AS(check(traced, traced),
                       "both are traced, expected a scripted and a traced archive; what tracing lost is in neither",
                       InputError);
  CHECK_THROWS_WITH_AS(check(scripted, scripted), "both are scripted, expected a scripted and a traced archive",
                       InputError);
  CHECK_THROWS_AS(check(unknown, traced), InputError);
  CHECK(check(unknown, scripted).empty());  // a trace without operations does not tell that it is one
}

}  // namespace
}  // namespace graphwitness
