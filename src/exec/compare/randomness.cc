#include "exec/compare/randomness.h"

#include <algorithm>

#include "analysis/constant_values.h"
#include "analysis/provenance.h"
#include "exec/workers.h"
#include "graphwitness/frontends/load.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

/// A dropout that is, or by its input may be, in training mode.
bool drops_out(const Graph& graph, NodeId node) {
  constexpr std::size_t kTraining = 2;
  if (graph[graph[node].op] != "onnx::Dropout") return false;
  const auto operands = graph[graph[node].operands];
  if (operands.size() <= kTraining || !operands[kTraining]) return false;
  return constant_number(graph, operands[kTraining]).value_or(1) != 0;
}

/// By value: computed from what a dropout gave.
std::vector<bool> dropped_out(const Graph& graph) {
  std::vector<bool> dropped(graph.all_values().size(), false);
  for (const NodeId node : graph.all_nodes()) {
    const bool from = drops_out(graph, node) || std::ranges::any_of(graph[graph[node].operands], [&](ValueId operand) {
                        return operand && dropped[operand.raw];
                      });
    if (!from) continue;
    for (const ValueId result : graph[graph[node].results]) {
      if (result) dropped[result.raw] = true;
    }
  }
  return dropped;
}

}  // namespace

std::vector<bool> random_outputs(const std::string& path) {
  if (!is_onnx_model(path)) return {};
  try {
    const Graph graph = load_model(path);
    if (graph.functions().size() == 0) return {};
    const Provenance provenance(graph);
    const std::vector<bool> dropped = dropped_out(graph);
    std::vector<bool> random;
    for (const ValueId output : graph[graph[graph[FunctionId{0}].body].outputs]) {
      const bool drawn = output && (dropped[output.raw] || provenance.comes_from(output, Facet::data, Origin::random));
      random.push_back(drawn);
    }
    return random;
  } catch (const InputError&) {
    return {};
  }
}

}  // namespace graphwitness::exec
