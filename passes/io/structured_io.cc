#include <string>

#include "graphwitness/rules/rule.h"
#include "rules/recorded.h"

namespace graphwitness {
namespace {

bool is_container(const Type& type) {
  return type.kind == Type::Kind::list || type.kind == Type::Kind::dict || type.kind == Type::Kind::tuple;
}

/// What of a type tracing or an export flattens or refuses; "" for nothing.
std::string_view structure_of(const Graph& graph, TypeId id, bool at_top) {
  const Type& type = graph[id];
  switch (type.kind) {
    case Type::Kind::dict:
      return "a dictionary";
    case Type::Kind::list:
      return "a list, whose length may vary";
    case Type::Kind::none:
      return "None";
    case Type::Kind::optional:
      return "None at times";
    case Type::Kind::tuple:
      for (TypeId item : graph[type.args]) {
        if (is_container(graph[item])) return "nested";
        const std::string_view inner = structure_of(graph, item, false);
        if (!inner.empty()) return inner;
      }
      return {};
    case Type::Kind::scalar:
      return at_top ? "a Python number" : "a tuple with a Python number";
    default:
      return {};
  }
}

/// A size that is returned: the model returned a Python number, its trace returns a tensor.
void report_returned_sizes(RuleContext& context, const Function& function) {
  const Graph& graph = context.graph();
  const auto check = [&](ValueId value) {
    const NodeId node = value ? graph.defining_node(value) : NodeId{};
    if (!node || graph[graph[node].op] != "prim::NumToTensor" || !is_recorded(graph, node)) return false;
    const NodeId size = graph.defining_node(graph[graph[node].operands][0]);
    context.report(size ? size : node, Severity::warning,
                   "a size is returned; the model gives a Python number, its trace gives a tensor",
                   [](Finding& finding) {
                     finding.provenance = {"shape"};
                     finding.keeps = "a tensor of no dimensions";
                     finding.loses = "the type `int`";
                     finding.fix = "return tensors only; let the caller ask for sizes";
                   });
    return true;
  };
  for (ValueId output : graph[graph[function.body].outputs]) {
    if (check(output)) continue;
    const NodeId maker = output ? graph.defining_node(output) : NodeId{};
    if (!maker || graph[graph[maker].op] != "prim::TupleConstruct") continue;
    for (ValueId item : graph[graph[maker].operands]) check(item);
  }
}

NodeId maker_of(const Graph& graph, ValueId value) {
  const NodeId maker = graph.defining_node(value);
  if (!maker) return {};
  const auto operands = graph[graph[maker].operands];
  // Containers are put together nowhere; what is in them was made somewhere.
  const bool has_place = graph[maker].loc && graph[graph[maker].loc].file;
  const NodeId inner = operands.empty() || !operands[0] ? NodeId{} : graph.defining_node(operands[0]);
  const bool inner_has_place = inner && graph[inner].loc && graph[graph[inner].loc].file;
  return has_place || !inner_has_place ? maker : inner;
}

/// What an export to ONNX keeps of it, when there is to be one.
std::string in_export(const RuleContext& context, std::string_view what) {
  if (context.options().target_opset == 0) return {};
  if (what == "a dictionary") return "; an export to ONNX flattens it and drops its keys";
  if (what == "None" || what == "None at times") return "; an export to ONNX leaves it out";
  if (what == "nested") return "; an export to ONNX flattens it";
  if (what.starts_with("a list")) return "; an export to ONNX has as many tensors as the example";
  return {};
}

void report_structure(RuleContext& context, NodeId node, const std::string& whose, std::string_view what) {
  const std::string lost = in_export(context, what);
  context.report(
      node, lost.empty() ? Severity::note : Severity::warning, whose + " is " + std::string(what) + lost,
      [](Finding& finding) {
        finding.loses =
            "in a trace: lengths, keys and None-ness, which are those of the example; in ONNX: the structure";
        finding.fix = "take and return tensors, or one flat tuple of them";
      });
}

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  if (graph.format() == Format::onnx) return;
  for (FunctionId id : graph.functions()) {
    const Function& function = graph[id];
    report_returned_sizes(context, function);
    for (ValueId output : graph[graph[function.body].outputs]) {
      if (!output) continue;
      const std::string_view what = structure_of(graph, graph[output].type, true);
      if (what.empty()) continue;
      report_structure(context, maker_of(graph, output), "the output", what);
    }
    for (ValueId parameter : graph[graph[function.body].params]) {
      const Type& type = graph[graph[parameter].type];
      if (type.kind != Type::Kind::dict && type.kind != Type::Kind::list) continue;
      const auto uses = graph.uses(parameter);
      report_structure(context, uses.empty() ? NodeId{} : uses[0].user,
                       "the input `" + std::string(graph[graph[parameter].name]) + "`",
                       structure_of(graph, graph[parameter].type, true));
    }
  }
}

}  // namespace

extern constinit const Rule rule_structured_io{"structured-io", "inputs or outputs that are no plain tensors", run};

}  // namespace graphwitness
