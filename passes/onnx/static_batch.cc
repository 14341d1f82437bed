#include <algorithm>

#include "graphwitness/rules/rule.h"
#include "rules/free_dims.h"
#include "rules/onnx_frozen_sizes.h"

namespace graphwitness {
namespace {

std::string quote(std::string_view text) { return "`" + std::string(text) + "`"; }

const Dim& dim_of(const Graph& graph, ValueId input, std::size_t axis) {
  return graph[graph[graph[input].type].dims][axis];
}

std::function<void(Finding&)> with_fix(std::string fix) {
  return [fix = std::move(fix)](Finding& finding) { finding.fix = fix; };
}

/// What `--dim` declares free and the model's own types fix.
void check_declared(RuleContext& context) {
  const Graph& graph = context.graph();
  const FreeDims free = find_free_dims(graph, context.options().free_dims);
  for (const FreeDim& dim : free.dims) {
    const Dim& declared = dim_of(graph, dim.input, dim.axis);
    if (declared.extent == Dim::kUnknown) continue;
    const std::string name(graph[graph[dim.input].name]);
    context.report(
        {}, Severity::warning,
        "dimension " + std::to_string(dim.axis) + " of input " + quote(name) + " is fixed to " +
            std::to_string(declared.extent) + ", but " + quote(dim.name) + " must stay free",
        with_fix("export with dynamic_axes={'" + name + "': {" + std::to_string(dim.axis) + ": '" + dim.name + "'}}"));
  }
  for (const FrozenSize& pin : pinning_operations(graph, free.dims)) {
    context.report(pin.node, Severity::warning, quote(pin.symbol) + " must stay free, but " + pin.message,
                   with_fix("take the size from the input (`x.size(0)`, `x.shape[0]`) instead of a number where this "
                            "operation was written"));
  }
  for (const std::string& name : free.unmatched) {
    context.report({}, Severity::warning, "no input of the model has a dimension " + quote(name));
  }
}

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  if (graph.format() != Format::onnx) return;
  if (!context.options().free_dims.empty()) return check_declared(context);
  std::string fixed;
  for (ValueId input : graph_inputs(graph)) {
    const Type& type = graph[graph[input].type];
    if (type.kind != Type::Kind::tensor || !type.ranked || type.dims.count < 2) continue;
    const Dim& batch = dim_of(graph, input, 0);
    if (batch.extent == Dim::kUnknown) return;
    if (!fixed.empty()) fixed += ", ";
    fixed += quote(graph[graph[input].name]) + " to " + std::to_string(batch.extent);
  }
  if (fixed.empty()) return;
  context.report({}, Severity::note, "every input has a fixed first dimension: " + fixed,
                 with_fix("export with dynamic_axes when the model is to take batches of other sizes"));
}

}  // namespace

extern constinit const Rule rule_static_batch{
    "static-batch", "an ONNX model whose inputs fix the batch size, or another size that must stay free", run};

}  // namespace graphwitness
