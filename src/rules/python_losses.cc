#include "rules/python_losses.h"

#include "rules/recorded_sources.h"

namespace graphwitness {
namespace {

Severity severity_of(const python::Loss& loss, const RuleOptions& options) {
  if (loss.label == python::Label::exporting && options.target_opset != 0) return Severity::warning;
  switch (loss.weight) {
    case python::Weight::error:
      return Severity::error;
    case python::Weight::warning:
      return Severity::warning;
    case python::Weight::note:
      return Severity::note;
  }
  return Severity::note;
}

bool is_input(const Graph& graph, std::string_view name) {
  for (FunctionId function : graph.functions()) {
    for (ValueId parameter : graph[graph[graph[function].body].params]) {
      if (graph[graph[parameter].name] == name) return true;
    }
  }
  return false;
}

}  // namespace

void report_python_losses(RuleContext& context, std::string_view rule) {
  const Graph& graph = context.graph();
  for (const RecordedSources::Found& found : context.analysis<RecordedSources>().losses()) {
    const python::Loss& loss = found.loss;
    if (loss.rule != rule) continue;
    context.report_at(found.place, found.near, severity_of(loss, context.options()), loss.message,
                      [&graph, &loss](Finding& finding) {
                        finding.provenance.emplace_back(name_of(loss.label));
                        for (const std::string& root : loss.roots) {
                          if (is_input(graph, root)) finding.inputs.push_back(root);
                        }
                        finding.keeps = loss.keeps;
                        finding.loses = loss.loses;
                        finding.fix = loss.fix;
                      });
  }
}

}  // namespace graphwitness
