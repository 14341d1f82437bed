#include "analysis/provenance.h"
#include "graphwitness/rules/rule.h"
#include "inference/onnx_inference.h"
#include "rules/export_hazards.h"
#include "rules/onnx_export_marks.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  const auto with_fix = [](std::string fix) { return [fix = std::move(fix)](Finding& finding) { finding.fix = fix; }; };
  if (graph.format() == Format::onnx) {
    for (ExportMark& mark : onnx_export_marks(graph, context.analysis<OnnxInference>())) {
      context.report(mark.node, Severity::warning, std::move(mark.message), with_fix(std::move(mark.fix)));
    }
    return;
  }
  const std::int64_t opset = context.options().target_opset;
  if (opset == 0) return;
  for (ExportHazard& hazard : export_hazards(graph, context.analysis<Provenance>(), opset)) {
    context.report(hazard.node, hazard.severity, std::move(hazard.message), with_fix(std::move(hazard.fix)));
  }
}

}  // namespace

extern constinit const Rule rule_export_semantics{
    "export-semantics", "an operator that PyTorch exports to ONNX as one that computes otherwise for some inputs", run};

}  // namespace graphwitness
