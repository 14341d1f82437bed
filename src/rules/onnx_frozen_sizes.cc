#include "rules/onnx_frozen_sizes.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "support/quote.h"

namespace graphwitness {
namespace {

constexpr std::array<std::string_view, 24> kBroadcasting{
    "onnx::Add",      "onnx::Sub",        "onnx::Mul",       "onnx::Div",         "onnx::Pow",
    "onnx::Mod",      "onnx::Max",        "onnx::Min",       "onnx::Mean",        "onnx::Sum",
    "onnx::Where",    "onnx::Equal",      "onnx::Less",      "onnx::Greater",     "onnx::And",
    "onnx::Or",       "onnx::Xor",        "onnx::PRelu",     "onnx::LessOrEqual", "onnx::GreaterOrEqual",
    "onnx::BitShift", "onnx::BitwiseAnd", "onnx::BitwiseOr", "onnx::BitwiseXor"};

bool is_broadcasting(std::string_view op) { return std::ranges::find(kBroadcasting, op) != kBroadcasting.end(); }
bool is_recurrent(std::string_view op) { return op == "onnx::LSTM" || op == "onnx::GRU" || op == "onnx::RNN"; }

/// The size that a reshape finds out itself.
constexpr std::int64_t kInferred = -2;

bool is_free(const Dim& dim) { return dim.extent == Dim::kUnknown && dim.name; }
bool is_literal(const Dim& dim) { return dim.extent > 1; }

/// An axis of a value.
struct Place {
  ValueId value;
  std::size_t axis = 0;
};

class SizeClashes {
 public:
  /// `strict`: a size of a weight counts, too.
  SizeClashes(const Graph& graph, const OnnxInference& inference, bool strict)
      : graph_(graph), inference_(inference), strict_(strict) {}

  std::vector<FrozenSize> run() {
    for (NodeId node : graph_.all_nodes()) look_at(node);
    std::ranges::stable_sort(found_, {}, &FrozenSize::meets);
    return std::move(found_);
  }

 private:
  std::string_view op(NodeId node) const { return graph_[graph_[node].op]; }
  std::string name(ValueId value) const { return quote(graph_[graph_[value].name]); }

  ValueId operand(NodeId node, std::size_t index) const {
    const auto operands = graph_[graph_[node].operands];
    return index < operands.size() ? operands[index] : ValueId{};
  }

  const Dim* dim(const Place& place) const {
    const InferredType type = inference_.type(place.value);
    return type.ranked && place.axis < type.dims.size() ? &type.dims[place.axis] : nullptr;
  }

  void look_at(NodeId node) {
    const std::string_view kind = op(node);
    if (kind == "onnx::Reshape") return look_at_reshape(node);
    if (kind == "onnx::Expand") return look_at_expand(node);
    if (is_broadcasting(kind)) return look_at_broadcast(node);
    if (kind == "onnx::Concat") return look_at_concat(node);
    if (is_recurrent(kind)) return look_at_states(node);
    if (strict_ && (kind == "onnx::MatMul" || kind == "onnx::Gemm")) look_at_product(node);
  }

  void add(NodeId node, NodeId meets, Symbol symbol, std::string message) {
    found_.push_back({node, meets, std::string(graph_[symbol]), std::move(message)});
  }

  /// Sizes of a reshape: literal factors in one product, free ones by name.
  struct Factors {
    std::int64_t literal = 1;
    std::map<Symbol, int> free;
    int inferred = 0;  ///< entries of -1
  };

  static std::optional<Factors> factors(const std::vector<Dim>& sizes) {
    Factors all;
    for (const Dim& size : sizes) {
      if (is_free(size)) {
        ++all.free[size.name];
      } else if (size.extent == kInferred) {
        ++all.inferred;
      } else if (size.extent <= 0 || __builtin_mul_overflow(all.literal, size.extent, &all.literal)) {
        return std::nullopt;  // empty tensors, or more than can be counted
      }
    }
    return all;
  }

  /// What a sizing operand says; none while an element is unknown.
  std::optional<std::vector<Dim>> sizes_of(ValueId value) const {
    const auto elements = inference_.elements(value);
    if (!elements) return std::nullopt;
    std::vector<Dim> sizes;
    for (const ShapeElement& element : *elements) {
      if (!element.number && !element.symbol) return std::nullopt;
      const bool is_inferred = element.number && *element.number < 0;
      sizes.push_back(
          {.extent = is_inferred ? kInferred : element.number.value_or(Dim::kUnknown), .name = element.symbol});
    }
    return sizes;
  }

  /// The target of a reshape with its zeros replaced by the sizes they copy.
  std::optional<std::vector<Dim>> reshape_target(NodeId node, std::span<const Dim> from) const {
    auto target = sizes_of(operand(node, 1));
    for (std::size_t i = 0; target && i < std::min(target->size(), from.size()); ++i) {
      if ((*target)[i].extent == 0) (*target)[i] = from[i];
    }
    return target;
  }

  void look_at_reshape(NodeId node) {
    const InferredType from = inference_.type(operand(node, 0));
    if (!from.ranked) return;
    const std::vector<Dim> sizes(from.dims.begin(), from.dims.end());
    const bool all_known =
        std::ranges::all_of(sizes, [](const Dim& size) { return size.extent != Dim::kUnknown || size.name; });
    const auto target = reshape_target(node, from.dims);
    if (!all_known || !target) return;
    const auto has = factors(sizes);
    const auto wants = factors(*target);
    if (!has || !wants || wants->inferred > 1) return;
    std::map<Symbol, int> left = has->free;
    for (const auto& [symbol, count] : wants->free) {
      left[symbol] -= count;
      if (left[symbol] < 0) return;  // a size that has nothing to do with this input's
    }
    std::erase_if(left, [](const auto& entry) { return entry.second == 0; });
    if (left.empty()) return;
    const Symbol symbol = left.begin()->first;
    const std::string clash = "the sizes of this `Reshape` are literal where " + quote(graph_[symbol]) + " of " +
                              name(operand(node, 0)) + " is free";
    if (wants->inferred == 0) return add(node, node, symbol, clash + ", so only one size fits");
    if (has->literal % wants->literal != 0) {
      return add(node, node, symbol, clash + ", so not every size fits");
    }
    const bool leads = is_free(sizes.front()) && left.contains(sizes.front().name);
    if (leads && is_literal(target->front())) {
      add(node, node, sizes.front().name,
          "this `Reshape` has the literal size " + std::to_string(target->front().extent) + " in the place of " +
              quote(graph_[sizes.front().name]) + " of " + name(operand(node, 0)));
    }
  }

  void look_at_expand(NodeId node) {
    const auto target = sizes_of(operand(node, 1));
    const InferredType from = inference_.type(operand(node, 0));
    if (!target || !from.ranked) return;
    for (std::size_t back = 1; back <= std::min(target->size(), from.dims.size()); ++back) {
      const Dim& size = (*target)[target->size() - back];
      const Dim& had = from.dims[from.dims.size() - back];
      if (!is_free(had) || !is_literal(size)) continue;
      return add(node, node, had.name,
                 "this `Expand` has the literal size " + std::to_string(size.extent) + " where " +
                     quote(graph_[had.name]) + " of " + name(operand(node, 0)) + " is free");
    }
  }

  void look_at_broadcast(NodeId node) {
    const auto operands = graph_[graph_[node].operands];
    std::size_t rank = 0;
    for (ValueId value : operands) {
      const InferredType type = inference_.type(value);
      if (!value || !type.ranked) return;
      rank = std::max(rank, type.dims.size());
    }
    for (std::size_t back = 1; back <= rank; ++back) {
      std::vector<Place> aligned;
      for (ValueId value : operands) {
        const std::size_t dims = inference_.type(value).dims.size();
        if (back <= dims) aligned.push_back({value, dims - back});
      }
      if (compare(node, aligned)) return;
    }
  }

  void look_at_concat(NodeId node) {
    const Literal* axis = graph_.attribute(node, "axis");
    const auto operands = graph_[graph_[node].operands];
    if (axis == nullptr || operands.empty() || !operands[0]) return;
    const std::size_t rank = inference_.type(operands[0]).dims.size();
    const std::int64_t joined = axis->bits < 0 ? axis->bits + static_cast<std::int64_t>(rank) : axis->bits;
    for (std::size_t i = 0; i < rank; ++i) {
      if (static_cast<std::int64_t>(i) == joined) continue;
      std::vector<Place> aligned;
      for (ValueId value : operands) {
        if (value) aligned.push_back({value, i});
      }
      if (compare(node, aligned)) return;
    }
  }

  void look_at_states(NodeId node) {
    const Literal* layout = graph_.attribute(node, "layout");
    if (layout != nullptr && layout->bits != 0) return;
    for (const std::size_t state : {5U, 6U}) {
      if (!operand(node, state)) continue;
      if (compare(node, {{operand(node, 0), 1}, {operand(node, state), 1}})) return;
    }
  }

  void look_at_product(NodeId node) {
    const std::size_t left = inference_.type(operand(node, 0)).dims.size();
    const std::size_t right = inference_.type(operand(node, 1)).dims.size();
    if (left < 2 || right < 2) return;
    const auto is_set = [&](std::string_view name) {
      const Literal* literal = graph_.attribute(node, name);
      return literal != nullptr && literal->bits != 0;
    };
    const std::size_t columns = is_set("transA") ? left - 2 : left - 1;
    const std::size_t rows = is_set("transB") ? right - 1 : right - 2;
    compare(node, {{operand(node, 0), columns}, {operand(node, 1), rows}});
  }

  /// Places whose sizes must be equal. True when a literal met a free one, and was reported.
  bool compare(NodeId node, const std::vector<Place>& places) {
    for (const Place& open : places) {
      const Dim* free = dim(open);
      if (free == nullptr || !is_free(*free)) continue;
      for (const Place& fixed : places) {
        const Dim* literal = dim(fixed);
        if (literal == nullptr || !is_literal(*literal)) continue;
        const NodeId origin = literal_origin(fixed);
        if (!origin && !strict_) continue;
        const std::string size = std::to_string(literal->extent);
        const std::string at = origin ? "the literal size " + size + " of this " + quote(op(origin)) + " has to equal "
                                      : "size " + size + " of " + name(fixed.value) + " has to equal ";
        add(origin ? origin : node, node, free->name,
            at + quote(graph_[free->name]) + " of " + name(open.value) + " at " + quote(op(node)));
        return true;
      }
    }
    return false;
  }

  /// The node whose literal operand sizes this place; none: a weight, an input, or unknown.
  NodeId literal_origin(Place place) const {
    constexpr int kMostSteps = 64;
    const std::int64_t size = dim(place)->extent;
    for (int step = 0; step < kMostSteps; ++step) {
      const NodeId node = graph_.defining_node(place.value);
      if (!node) return {};
      if (is_sized_by_literal(node, place.axis, size)) return node;
      const auto before = step_back(node, place, size);
      if (!before) return {};
      place = *before;
    }
    return {};
  }

  bool is_sized_by_literal(NodeId node, std::size_t axis, std::int64_t size) const {
    const std::string_view kind = op(node);
    if (kind == "onnx::Range") return true;
    const bool fills = kind == "onnx::ConstantOfShape";
    if (!fills && kind != "onnx::Expand" && kind != "onnx::Reshape") return false;
    if (!fills && graph_[operand(node, 0)].def == Value::Def::constant) return false;  // a weight in another shape
    const auto sizes = inference_.elements(operand(node, fills ? 0 : 1));
    return sizes && axis < sizes->size() && (*sizes)[axis].number == size;
  }

  /// The same size at an operand of the node.
  std::optional<Place> step_back(NodeId node, const Place& place, std::int64_t size) const {
    const std::string_view kind = op(node);
    const std::size_t rank = inference_.type(place.value).dims.size();
    if (kind == "onnx::Transpose") {
      const Literal* perm = graph_.attribute(node, "perm");
      if (perm == nullptr || perm->kind != Literal::Kind::list || place.axis >= perm->elements.count)
        return std::nullopt;
      return Place{operand(node, 0), static_cast<std::size_t>(graph_[graph_[perm->elements][place.axis]].bits)};
    }
    const bool keeps_places =
        is_broadcasting(kind) || graph_[graph_[node].operands].size() == 1 || kind == "onnx::Clip";
    if (!keeps_places) return std::nullopt;
    for (ValueId value : graph_[graph_[node].operands]) {
      const std::size_t dims = value ? inference_.type(value).dims.size() : 0;
      if (dims + place.axis < rank) continue;
      const Place before{value, dims + place.axis - rank};
      const Dim* there = dim(before);
      if (there != nullptr && there->extent == size) return before;
    }
    return std::nullopt;
  }

  const Graph& graph_;
  const OnnxInference& inference_;
  bool strict_;
  std::vector<FrozenSize> found_;
};

/// Symbols of the graph that no type uses, to stand for sizes while they are followed.
std::vector<Symbol> spare_symbols(const Graph& graph) {
  std::set<Symbol> used;
  for (ValueId value : graph.all_values()) {
    for (const Dim& dim : graph[graph[graph[value].type].dims]) used.insert(dim.name);
  }
  std::vector<Symbol> spare;
  for (Symbol symbol : graph.symbols()) {
    if (!used.contains(symbol) && !graph[symbol].empty()) spare.push_back(symbol);
  }
  // Names of operators occur in messages.
  std::stable_partition(spare.begin(), spare.end(),
                        [&](Symbol symbol) { return graph[symbol].find("::") != std::string_view::npos; });
  return spare;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

std::vector<FrozenSize> frozen_sizes(const Graph& graph, const OnnxInference& inference) {
  return SizeClashes(graph, inference, false).run();
}

void report_frozen_sizes(RuleContext& context) {
  const Graph& graph = context.graph();
  if (graph.format() != Format::onnx) return;
  for (FrozenSize& frozen : frozen_sizes(graph, context.analysis<OnnxInference>())) {
    context.report(frozen.node, Severity::warning, std::move(frozen.message), [](Finding& finding) {
      finding.fix =
          "take the size from the input (`x.size(0)`, `x.shape[0]`), without `int()`, where this operation "
          "was written";
    });
  }
}

std::vector<FrozenSize> pinning_operations(const Graph& graph, const std::vector<FreeDim>& dims) {
  const std::vector<Symbol> spare = spare_symbols(graph);
  std::map<std::string, Symbol> stands_for;
  std::vector<FreedDim> freed;
  for (const FreeDim& dim : dims) {
    const auto [entry, is_new] = stands_for.try_emplace(dim.name);
    if (is_new && stands_for.size() <= spare.size()) entry->second = spare[spare.size() - stands_for.size()];
    freed.push_back({dim.input, dim.axis, entry->second});
  }
  const OnnxInference inference(graph, freed);
  std::vector<FrozenSize> first;
  std::vector<FrozenSize> all = SizeClashes(graph, inference, true).run();
  for (const auto& [name, symbol] : stands_for) {
    const std::string stand_in = symbol ? std::string(graph[symbol]) : std::string();
    const auto found = std::ranges::find(all, stand_in, &FrozenSize::symbol);
    if (!symbol || found == all.end()) continue;
    FrozenSize pin = *found;
    pin.symbol = name;
    replace_all(pin.message, "`" + stand_in + "`", "`" + name + "`");
    first.push_back(std::move(pin));
  }
  return first;
}

}  // namespace graphwitness
