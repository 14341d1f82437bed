#include "analysis/module_values.h"

#include "ir/walk.h"

namespace graphwitness {
namespace {

template <class Visit>
struct NodeVisitor {
  Visit visit_node;
  void enter(BlockId) {}
  void visit(NodeId node) { visit_node(node); }
  void leave(BlockId) {}
};

}  // namespace

ModuleValues::ModuleValues(const Graph& graph) : graph_(graph), modules_(graph.all_values().size()) {
  for (FunctionId id : graph.functions()) {
    const Function& function = graph[id];
    const auto params = graph[graph[function.body].params];
    if (function.self && !params.empty()) modules_[params[0].raw] = function.self;
    const auto visit = [&](NodeId node) {
      const std::string_view op = graph[graph[node].op];
      const auto operands = graph[graph[node].operands];
      if (operands.empty() || !operands[0]) return;
      if (op == "prim::SetAttr") {
        assigned_.emplace(modules_[operands[0].raw], attribute_name(node));
        return;
      }
      const auto results = graph[graph[node].results];
      if (results.empty()) return;
      if (op == "prim::unchecked_cast") {
        modules_[results[0].raw] = modules_[operands[0].raw];
        return;
      }
      const ModuleAttribute* read = attribute_read(node);
      if (read == nullptr || !read->value) return;
      const Literal& value = graph[read->value];
      if (value.kind == Literal::Kind::module)
        modules_[results[0].raw] = ModuleId{static_cast<std::uint32_t>(value.bits)};
    };
    walk(graph, function.body, NodeVisitor<decltype(visit)>{visit});
  }
}

std::string_view ModuleValues::attribute_name(NodeId node) const {
  const Literal* name = graph_.attribute(node, "name");
  return name != nullptr && name->kind == Literal::Kind::string ? graph_.text(*name) : std::string_view{};
}

const ModuleAttribute* ModuleValues::attribute_read(NodeId node) const {
  if (graph_[graph_[node].op] != "prim::GetAttr") return nullptr;
  const auto operands = graph_[graph_[node].operands];
  if (operands.empty() || !operands[0]) return nullptr;
  const ModuleId module = modules_[operands[0].raw];
  return module ? graph_.attribute(module, attribute_name(node)) : nullptr;
}

bool ModuleValues::is_assigned(ModuleId module, std::string_view name) const {
  return assigned_.contains({module, name}) || assigned_.contains({ModuleId{}, name});
}

}  // namespace graphwitness
