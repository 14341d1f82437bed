#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "analysis/provenance.h"
#include "graphwitness/rules/rule.h"
#include "rules/writes.h"

namespace graphwitness {
namespace {

enum class Reaches : std::uint8_t { nothing, attributes, inputs };

Reaches what_reaches(const Provenance& provenance, ValueId output) {
  Reaches found = Reaches::nothing;
  for (Facet facet : {Facet::data, Facet::shape, Facet::structure}) {
    for (Origin origin : provenance.origins(output, facet)) {
      const std::string_view name = name_of(origin);
      const bool is_own =
          name == "attribute" || name == "state" || name == "random" || name == "training" || name == "mode";
      if (!is_own) return Reaches::inputs;
      found = Reaches::attributes;
    }
  }
  return found;
}

/// A parameter or buffer is among what the output is computed from.
bool reads_attribute(const Graph& graph, ValueId output) {
  std::vector<ValueId> pending{output};
  std::unordered_set<std::uint32_t> seen{output.raw};
  while (!pending.empty()) {
    const NodeId node = graph.defining_node(pending.back());
    pending.pop_back();
    if (!node) continue;
    if (graph[graph[node].op] == "prim::GetAttr") return true;
    for (ValueId operand : graph[graph[node].operands]) {
      if (operand && seen.insert(operand.raw).second) pending.push_back(operand);
    }
  }
  return false;
}

void check(RuleContext& context, const Function& function, ValueId output, std::size_t index) {
  const Graph& graph = context.graph();
  if (graph[graph[output].type].kind != Type::Kind::tensor) return;
  const Reaches reaches = what_reaches(context.analysis<Provenance>(), output);
  if (reaches == Reaches::inputs || graph[output].def == Value::Def::constant) return;
  // A write in place makes no new value.
  for (const Write& write : context.analysis<Writes>().all()) {
    if (write.root == output) return;
  }
  const bool is_own = reaches == Reaches::attributes || reads_attribute(graph, output);
  const bool traced = function.origin == Function::Origin::traced;
  const std::string which =
      graph[graph[function.body].outputs].size() == 1 ? "the output" : "output " + std::to_string(index);
  context.report(
      graph.defining_node(output), is_own ? Severity::note : Severity::warning,
      which + " is the same for every input" +
          (is_own ? ": it comes from parameters, state or random numbers alone" : ""),
      [traced](Finding& finding) {
        finding.keeps = traced ? "what the example gave" : "";
        finding.loses = traced ? "how it hangs on the input, if it did" : "";
        finding.fix =
            "compute it with tensor operations from an input: sizes as `x.size(i)`, without `int()`, NumPy or `.data`";
      });
}

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  for (FunctionId id : graph.functions()) {
    const Function& function = graph[id];
    const std::size_t inputs = graph[graph[function.body].params].size() - (function.self ? 1U : 0U);
    if (inputs == 0) continue;
    const auto outputs = graph[graph[function.body].outputs];
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (!outputs[i]) continue;
      const NodeId maker = graph.defining_node(outputs[i]);
      const bool is_tuple = maker && graph[graph[maker].op] == "prim::TupleConstruct";
      if (!is_tuple) {
        check(context, function, outputs[i], i);
        continue;
      }
      const auto items = graph[graph[maker].operands];
      for (std::size_t item = 0; item < items.size(); ++item) check(context, function, items[item], item);
    }
  }
}

}  // namespace

extern constinit const Rule rule_constant_output{"constant-output", "an output that no input reaches", run};

}  // namespace graphwitness
