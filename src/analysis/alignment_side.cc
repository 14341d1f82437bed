#include "analysis/alignment_side.h"

#include <algorithm>
#include <functional>

#include "analysis/constant_values.h"
#include "analysis/control_flow.h"
#include "analysis/library_files.h"
#include "analysis/operator_twins.h"
#include "analysis/operators.h"
#include "graphwitness/ir/text.h"
#include "ir/walk.h"

namespace graphwitness {
namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9e3779b97f4a7c15U + (hash << 6U) + (hash >> 2U);
  return hash * 0xff51afd7ed558ccdU;
}

std::uint64_t mix(std::uint64_t hash, std::string_view text) { return mix(hash, std::hash<std::string_view>{}(text)); }

/// The two archives may have been made in different checkouts.
std::string_view base_name(std::string_view file) { return file.substr(file.find_last_of('/') + 1); }

std::uint64_t mix_line(std::uint64_t hash, const Graph& graph, const Location& at) {
  return mix(mix(hash, base_name(graph[at.file])), at.line);
}

/// Elements of an attribute that tell it from others.
constexpr std::size_t kHashedElements = 16;
/// Callers that are asked for the module.
constexpr std::size_t kMostFrames = 32;

/// "layer1.0.weight" is `weight` of `layer1.0`, as a module reads it. PyTorch's exporter gives numbers to what it
/// computed ("onnx::Conv_193", "25"), which say nothing of another export.
std::uint64_t hash_of_initializer(std::string_view name) {
  if (name.empty() || name.starts_with("onnx::")) return 0;
  if (std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) return 0;
  const std::size_t dot = name.rfind('.');
  const bool nested = dot != std::string_view::npos;
  return mix(mix(4, nested ? name.substr(0, dot) : std::string_view{}), nested ? name.substr(dot + 1) : name);
}

struct NodeList {
  const AlignmentSide& side;
  std::vector<NodeId> nodes;
  void enter(BlockId) {}
  void visit(NodeId node) {
    if (side.kind(node) != AlignmentSide::kNoKind) nodes.push_back(node);
  }
  void leave(BlockId) {}
};

}  // namespace

std::uint32_t OperatorKinds::of(std::string_view op) {
  return kinds_.try_emplace(op, static_cast<std::uint32_t>(kinds_.size())).first->second;
}

AlignmentSide::AlignmentSide(const Graph& graph, OperatorKinds& kinds) : graph_(graph), modules_(graph) {
  hash_locations();
  mark_loops();
  mark_numbers();
  set_kinds(kinds);
}

std::vector<NodeId> AlignmentSide::nodes_of(FunctionId function) const {
  NodeList list{*this, {}};
  walk(graph_, graph_[function].body, list);
  return std::move(list.nodes);
}

/// Frames without a file are left out: a trace has them where a script has lines, and the reverse.
void AlignmentSide::hash_locations() {
  stack_.assign(graph_.locations().size(), 0);
  user_stack_.assign(stack_.size(), 0);
  std::vector<std::uint8_t> known(stack_.size(), 0);
  std::vector<LocationId> pending;
  for (LocationId id : graph_.locations()) {
    for (LocationId at = id; at && known[at.raw] == 0; at = graph_[at].caller) {
      known[at.raw] = 1;
      pending.push_back(at);
    }
    while (!pending.empty()) {
      const LocationId at = pending.back();
      pending.pop_back();
      const Location& frame = graph_[at];
      const bool placed = frame.file && frame.line != 0;
      const auto extend = [&](std::vector<std::uint64_t>& stack, bool counts) {
        const std::uint64_t outer = frame.caller ? stack[frame.caller.raw] : 0;
        stack[at.raw] = counts ? mix_line(outer, graph_, frame) : outer;
      };
      extend(stack_, placed);
      extend(user_stack_, placed && !is_library_file(graph_[frame.file]));
    }
  }
}

/// Owners come before the blocks they own.
void AlignmentSide::mark_loops() {
  in_loop_.assign(graph_.all_blocks().size(), 0);
  struct Marker {
    const Graph& graph;
    std::vector<std::uint8_t>& in_loop;
    void enter(BlockId block) {
      const NodeId owner = graph[block].owner;
      if (!owner) return;
      in_loop[block.raw] = loop_form(graph, owner) || in_loop[graph[owner].parent.raw] != 0 ? 1 : 0;
    }
    void visit(NodeId) {}
    void leave(BlockId) {}
  };
  for (FunctionId function : graph_.functions()) walk(graph_, graph_[function].body, Marker{graph_, in_loop_});
}

/// A trace computes with tensors where a script has Python numbers: sizes, and what is computed from sizes only.
bool AlignmentSide::stands_for_number(NodeId node) const {
  const std::string_view op = graph_[graph_[node].op];
  if (op == "prim::NumToTensor") return true;
  if (!op.starts_with("aten::")) return false;
  bool any = false;
  for (ValueId operand : graph_[graph_[node].operands]) {
    if (!operand || is_scalar_like(graph_, graph_[operand].type)) continue;
    if (number_[operand.raw] != 0) {
      any = true;
      continue;
    }
    if (!constant_number(graph_, operand)) return false;
  }
  return any;
}

void AlignmentSide::mark_numbers() {
  number_.assign(graph_.all_values().size(), 0);
  struct Marker {
    AlignmentSide& side;
    void enter(BlockId) {}
    void visit(NodeId node) const {
      const Graph& graph = side.graph_;
      for (ValueId result : graph[graph[node].results]) {
        if (!result) continue;
        const TypeId type = graph[result].type;
        const bool scalar = graph[type].kind != Type::Kind::none && is_scalar_like(graph, type);
        side.number_[result.raw] = scalar || side.stands_for_number(node) ? 1 : 0;
      }
    }
    void leave(BlockId) {}
  };
  for (FunctionId function : graph_.functions()) walk(graph_, graph_[function].body, Marker{*this});
}

void AlignmentSide::set_kinds(OperatorKinds& kinds) {
  kind_.assign(graph_.all_nodes().size(), kNoKind);
  std::vector<std::uint32_t> of_symbol(graph_.symbols().size(), kNoKind);
  for (NodeId node : graph_.all_nodes()) {
    const Symbol symbol = graph_[node].op;
    const std::string_view op = graph_[symbol];
    if (op.empty() || is_plumbing(op)) continue;
    std::uint32_t& kind = of_symbol[symbol.raw];
    if (kind == kNoKind) kind = kinds.of(canonical_operator(op));
    const auto results = graph_[graph_[node].results];
    const bool number =
        graph_[node].blocks.count == 0 && !results.empty() && results[0] && number_[results[0].raw] != 0;
    kind_[node.raw] = kind * 2 + (number ? 1U : 0U);
  }
}

bool AlignmentSide::has_line(NodeId node) const { return line(node) != 0; }

std::uint32_t AlignmentSide::line(NodeId node) const {
  const LocationId at = graph_[node].loc;
  return at && graph_[at].file ? graph_[at].line : 0;
}

std::uint64_t AlignmentSide::by_assignment(NodeId node) const {
  if (graph_[graph_[node].op] != "prim::SetAttr" || graph_[node].operands.count == 0) return kNoKey;
  const ModuleId module = modules_.module(graph_[graph_[node].operands][0]);
  return module ? mix(mix(5, graph_[graph_[module].path]), modules_.attribute_name(node)) : kNoKey;
}

std::uint64_t AlignmentSide::by_stack(NodeId node) const {
  if (!has_line(node)) return kNoKey;
  const LocationId at = graph_[node].loc;
  return mix(mix(stack_[at.raw], graph_[graph_[at].scope]), kind(node));
}

std::uint64_t AlignmentSide::by_user_stack(NodeId node) const {
  if (!has_line(node)) return kNoKey;
  const LocationId at = graph_[node].loc;
  return mix(mix(mix(user_stack_[at.raw], 6), graph_[graph_[at].scope]), kind(node));
}

std::uint64_t AlignmentSide::by_scope(NodeId node) const {
  if (!has_line(node)) return kNoKey;
  const Location& at = graph_[graph_[node].loc];
  return mix(mix(mix_line(1, graph_, at), graph_[at.scope]), kind(node));
}

std::uint64_t AlignmentSide::by_line(NodeId node) const {
  if (!has_line(node)) return kNoKey;
  return mix(mix_line(2, graph_, graph_[graph_[node].loc]), kind(node));
}

std::uint64_t AlignmentSide::by_function(NodeId node) const {
  if (!has_line(node)) return kNoKey;
  const Location& at = graph_[graph_[node].loc];
  const std::uint64_t place = mix(mix(3, base_name(graph_[at.file])), graph_[at.function]);
  return mix(mix(place, graph_[at.scope]), kind(node));
}

std::uint64_t AlignmentSide::by_parameters(NodeId node) const {
  std::uint64_t hash = 0;
  for (ValueId operand : graph_[graph_[node].operands]) {
    if (!operand) continue;
    if (const std::uint64_t used = parameter(operand)) hash = mix(hash, used);
  }
  return hash == 0 ? 0 : mix(hash, kind(node));
}

NodeId AlignmentSide::computed_by(ValueId value) const {
  if (!value) return {};
  const NodeId maker = graph_.defining_node(behind_passing(graph_, value));
  return maker && kind(maker) != kNoKind ? maker : NodeId{};
}

std::uint64_t AlignmentSide::parameter(ValueId value) const {
  if (graph_[value].def == Value::Def::constant) return hash_of_initializer(graph_[graph_[value].name]);
  const NodeId maker = graph_.defining_node(value);
  if (!maker || modules_.attribute_read(maker) == nullptr) return 0;
  const ModuleId module = modules_.module(graph_[graph_[maker].operands][0]);
  return mix(mix(4, graph_[graph_[module].path]), modules_.attribute_name(maker));
}

std::uint64_t AlignmentSide::by_operator(NodeId node) const { return mix(7, kind(node)); }

std::uint64_t AlignmentSide::by_module(NodeId node) const { return mix(mix(8, module(node)), kind(node)); }

std::uint64_t AlignmentSide::by_all(NodeId node) const {
  std::uint64_t hash = mix(by_module(node), graph_[graph_[node].op]);
  for (ValueId operand : graph_[graph_[node].operands]) {
    if (!operand) {
      hash = mix(hash, 1);
    } else if (const std::uint64_t used = parameter(operand)) {
      hash = mix(hash, used);
    } else if (graph_[operand].def == Value::Def::constant) {
      hash = mix(hash, print_type(graph_, graph_[TensorId{graph_[operand].owner}].type));
    } else if (constant_node(graph_, operand) || !listed_elements(graph_, operand).empty()) {
      hash = mix(hash, constant_text(graph_, operand));
    }
  }
  for (const Attribute& attribute : graph_[graph_[node].attributes]) {
    if (graph_[attribute.value].kind == Literal::Kind::tensor) continue;
    hash = mix(mix(hash, graph_[attribute.name]), print_literal(graph_, attribute.value, kHashedElements));
  }
  return hash;
}

std::string_view AlignmentSide::module(NodeId node) const {
  LocationId at = graph_[node].loc;
  for (std::size_t frames = 0; at && frames < kMostFrames; ++frames) {
    if (graph_[at].scope) return graph_[graph_[at].scope];
    at = graph_[at].caller;
  }
  return {};
}

}  // namespace graphwitness
