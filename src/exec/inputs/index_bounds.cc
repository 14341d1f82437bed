#include "exec/inputs/index_bounds.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <vector>

#include "analysis/module_values.h"

namespace graphwitness::exec {
namespace {

/// The first operand comes out with the same numbers in it.
constexpr std::array<std::string_view, 27> kSameNumbers{
    "onnx::Cast",      "onnx::Identity", "onnx::Unsqueeze", "onnx::Squeeze",    "onnx::Reshape", "onnx::Flatten",
    "onnx::Transpose", "onnx::Expand",   "onnx::Slice",     "aten::to",         "aten::view",    "aten::reshape",
    "aten::unsqueeze", "aten::squeeze",  "aten::flatten",   "aten::contiguous", "aten::expand",  "aten::slice",
    "aten::select",    "aten::long",     "aten::int",       "aten::clone",      "aten::detach",  "aten::transpose",
    "aten::permute",   "aten::t",        "aten::type_as"};

class Bounds {
 public:
  explicit Bounds(const Graph& graph) : graph_(graph), modules_(graph) {}

  std::optional<std::int64_t> of(ValueId input) {
    std::vector<ValueId> waiting{input};
    std::set<std::uint32_t> seen{input.raw};
    while (!waiting.empty()) {
      const ValueId value = waiting.back();
      waiting.pop_back();
      for (const Use& use : graph_.uses(value)) {
        if (!use.user) continue;
        look_at(use);
        const Node& user = graph_[use.user];
        if (use.operand != 0 || std::ranges::find(kSameNumbers, graph_[user.op]) == kSameNumbers.end()) continue;
        for (const ValueId result : graph_[user.results]) {
          if (result && seen.insert(result.raw).second) waiting.push_back(result);
        }
      }
    }
    return smallest_;
  }

 private:
  void look_at(const Use& use) {
    const Node& node = graph_[use.user];
    const std::string_view op = graph_[node.op];
    if (use.operand != 1) return;
    if (op == "aten::embedding" || op == "aten::embedding_bag") note(table(graph_[node.operands][0]), 0);
    if (op != "onnx::Gather") return;
    const Literal* axis = graph_.attribute(use.user, "axis");
    note(table(graph_[node.operands][0]), axis == nullptr ? 0 : axis->bits);
  }

  void note(TypeId type, std::int64_t axis) {
    if (!type || graph_[type].kind != Type::Kind::tensor || !graph_[type].ranked) return;
    const auto dims = graph_[graph_[type].dims];
    if (axis < 0) axis += static_cast<std::int64_t>(dims.size());
    if (axis < 0 || axis >= static_cast<std::int64_t>(dims.size())) return;
    const std::int64_t extent = dims[static_cast<std::size_t>(axis)].extent;
    if (extent > 0) smallest_ = std::min(smallest_.value_or(extent), extent);
  }

  /// The type of the constant or attribute that a value is; none for what is computed.
  TypeId table(ValueId value) const {
    while (value) {
      if (graph_[value].def == graphwitness::Value::Def::constant) return graph_[TensorId(graph_[value].owner)].type;
      const NodeId node = graph_.defining_node(value);
      if (!node) return {};
      const std::string_view op = graph_[graph_[node].op];
      if (op == "prim::GetAttr") {
        const ModuleAttribute* attribute = modules_.attribute_read(node);
        return attribute == nullptr ? TypeId{} : type_of(attribute->value);
      }
      const Literal* constant = graph_.attribute(node, "value");
      if (constant != nullptr) return type_of(*constant);
      if (op != "onnx::Identity") return {};
      value = graph_[graph_[node].operands][0];
    }
    return {};
  }

  TypeId type_of(LiteralId id) const { return id ? type_of(graph_[id]) : TypeId{}; }
  TypeId type_of(const Literal& literal) const {
    if (literal.kind != Literal::Kind::tensor) return {};
    return graph_[TensorId(static_cast<std::uint32_t>(literal.bits))].type;
  }

  const Graph& graph_;
  ModuleValues modules_;
  std::optional<std::int64_t> smallest_;
};

}  // namespace

std::optional<std::int64_t> index_bound(const Graph& graph, ValueId input) { return Bounds(graph).of(input); }

}  // namespace graphwitness::exec
