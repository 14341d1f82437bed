#include "render/absorbed.h"

#include <algorithm>
#include <span>

#include "render/labels.h"
#include "render/operators.h"

namespace graphwitness::picture {
namespace {

constexpr int kTextLevels = 4;
constexpr std::size_t kListElements = 8;

std::uint64_t key(ModuleId module, Symbol name) { return (std::uint64_t{module.raw} << 32U) | name.raw; }

bool is_list(std::string_view op) { return op == "prim::ListConstruct" || op == "prim::TupleConstruct"; }

}  // namespace

Absorbed::Absorbed(const Graph& graph, const std::vector<bool>& keep_nodes, const std::vector<bool>& keep_values)
    : graph_(graph), nodes_(graph.all_nodes().size()), values_(graph.all_values().size()) {
  for (ModuleId module : graph.modules()) {
    for (const ModuleAttribute& attribute : graph[graph[module].attributes]) {
      attributes_.emplace(key(module, attribute.name), attribute.value);
      names_.emplace(graph[attribute.name], attribute.name);
    }
  }
  for (ValueId value : graph.all_values()) {
    values_[value.raw] = graph[value].def == Value::Def::constant && !keep_values[value.raw];
  }
  absorb_selves(keep_values);
  for (NodeId node : graph.all_nodes()) {
    if (!keep_nodes[node.raw]) absorb_node(node);
  }
}

void Absorbed::absorb_selves(const std::vector<bool>& keep_values) {
  for (FunctionId id : graph_.functions()) {
    const Function& function = graph_[id];
    const auto params = graph_[graph_[function.body].params];
    if (!function.self || params.empty() || keep_values[params[0].raw]) continue;
    values_[params[0].raw] = true;
    modules_.emplace(params[0].raw, function.self);
  }
}

/// What a list holds in the end is not what it is made of.
bool Absorbed::changes(NodeId list) const {
  const auto is_change = [&](const Use& use) {
    return use.user && use.operand == 0 && changes_container(graph_[graph_[use.user].op]);
  };
  return std::ranges::any_of(graph_[graph_[list].results], [&](ValueId value) {
    return value && std::ranges::any_of(graph_.uses(value), is_change);
  });
}

void Absorbed::absorb_node(NodeId id) {
  const Node& node = graph_[id];
  const std::string_view op = graph_[node.op];
  const auto operands = graph_[node.operands];
  const bool constant =
      (op == "prim::Constant" || op == "onnx::Constant" || op == "prim::Uninitialized") && operands.empty();
  const auto absorbed = [&](ValueId operand) { return operand && values_[operand.raw]; };
  const bool attribute = op == "prim::GetAttr" && operands.size() == 1 && absorbed(operands[0]);
  const bool list = is_list(op) && std::ranges::all_of(operands, absorbed) && !changes(id);
  const bool alias = op == "onnx::Identity" && operands.size() == 1 && absorbed(operands[0]);
  if (!constant && !attribute && !list && !alias) return;
  nodes_[id.raw] = true;
  for (ValueId result : graph_[node.results]) {
    if (result) values_[result.raw] = true;
  }
  if (attribute) absorb_attribute(id);
  const auto results = graph_[node.results];
  if (alias && !results.empty() && results[0]) originals_.emplace(results[0].raw, original(operands[0]));
}

ValueId Absorbed::original(ValueId value) const {
  const auto found = originals_.find(value.raw);
  return found == originals_.end() ? value : found->second;
}

void Absorbed::absorb_attribute(NodeId id) {
  const Node& node = graph_[id];
  const auto results = graph_[node.results];
  const auto module = modules_.find(graph_[node.operands][0].raw);
  const Literal* name = graph_.attribute(id, "name");
  if (module == modules_.end() || !name || results.empty() || !results[0]) return;
  if (name->kind != Literal::Kind::string) return;
  const auto symbol = names_.find(graph_.text(*name));
  if (symbol == names_.end()) return;
  const auto found = attributes_.find(key(module->second, symbol->second));
  if (found == attributes_.end() || !found->second) return;
  const Literal& literal = graph_[found->second];
  literals_.emplace(results[0].raw, found->second);
  if (literal.kind == Literal::Kind::module) {
    modules_.emplace(results[0].raw, ModuleId{static_cast<std::uint32_t>(literal.bits)});
  }
}

const Literal* Absorbed::held(ValueId value) const {
  const auto found = literals_.find(value.raw);
  return found == literals_.end() ? nullptr : &graph_[found->second];
}

bool Absorbed::is_parameter(ValueId value) const {
  value = original(value);
  const Value& definition = graph_[value];
  if (definition.def == Value::Def::constant) return !small_number(graph_, TensorId{definition.owner});
  const NodeId node = graph_.defining_node(value);
  if (!node || graph_[graph_[node].op] != "prim::GetAttr") return false;
  const Literal* literal = held(value);
  return literal ? literal->kind == Literal::Kind::tensor : graph_[graph_[value].type].kind == Type::Kind::tensor;
}

std::string Absorbed::name(ValueId value) const {
  value = original(value);
  const NodeId node = graph_.defining_node(value);
  const Literal* name = node ? graph_.attribute(node, "name") : nullptr;
  if (name && name->kind == Literal::Kind::string) return std::string(graph_.text(*name));
  return std::string(graph_[graph_[value].name]);
}

TensorId Absorbed::tensor(ValueId value) const {
  value = original(value);
  const Value& definition = graph_[value];
  if (definition.def == Value::Def::constant) return TensorId{definition.owner};
  const Literal* literal = held(value);
  if (!literal || literal->kind != Literal::Kind::tensor) return {};
  return TensorId{static_cast<std::uint32_t>(literal->bits)};
}

TypeId Absorbed::type(ValueId value) const {
  const TensorId held = tensor(value);
  return held ? graph_[held].type : graph_[original(value)].type;
}

std::string Absorbed::text(ValueId value) const { return text(value, kTextLevels); }

std::string Absorbed::text(ValueId value, int levels) const {
  value = original(value);
  const Value& definition = graph_[value];
  if (definition.def == Value::Def::constant) return tensor_text(graph_, TensorId{definition.owner});
  const NodeId id = graph_.defining_node(value);
  if (!id) return "self";
  if (levels == 0) return "…";
  const Node& node = graph_[id];
  const std::string_view op = graph_[node.op];
  if (is_list(op)) return list_text(id, levels);
  if (op == "prim::GetAttr") {
    const Literal* literal = held(value);
    const bool plain = literal && literal->kind != Literal::Kind::tensor && literal->kind != Literal::Kind::module &&
                       literal->kind != Literal::Kind::unknown;
    return plain ? name(value) + "=" + literal_text(graph_, *literal) : name(value);
  }
  const auto attributes = graph_[node.attributes];
  return attributes.empty() ? "None" : literal_text(graph_, graph_[attributes[0].value]);
}

std::string Absorbed::list_text(NodeId id, int levels) const {
  const auto operands = graph_[graph_[id].operands];
  std::string out = "[";
  for (std::size_t i = 0; i < operands.size() && i < kListElements; ++i) {
    if (i > 0) out += ", ";
    out += text(operands[i], levels - 1);
  }
  if (operands.size() > kListElements) out += ", … (" + std::to_string(operands.size()) + ")";
  return out + "]";
}

}  // namespace graphwitness::picture
