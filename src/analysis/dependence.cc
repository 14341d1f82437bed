#include "analysis/dependence.h"

#include <algorithm>
#include <array>

#include "analysis/aliases.h"
#include "analysis/control_flow.h"
#include "analysis/tuple_leaves.h"
#include "analysis/uses.h"
#include "ir/walk.h"

namespace graphwitness {
namespace {

constexpr std::array kAllFacets{Facet::data, Facet::shape, Facet::metadata, Facet::structure};

const Flow& flow_of(const Effect& effect, Facet facet) {
  switch (facet) {
    case Facet::data:
      return effect.data;
    case Facet::shape:
      return effect.shape;
    case Facet::metadata:
      return effect.metadata;
    case Facet::structure:
      break;
  }
  return effect.structure;
}

/// The facets of one version of a cell; a none id: nothing known to flow in yet.
using Version = std::array<FacetId, kFacets>;

}  // namespace

class DependenceBuilder {
 public:
  DependenceBuilder(const Graph& graph, Dependence& out)
      : graph_(graph), out_(out), constants_(out.constants_), aliases_(graph, out.constants_), leaves_(graph) {
    out_.facets_ = graph.all_values().size() * kFacets;
    add_leaves();
    current_.resize(aliases_.cells());
    same_shape_.reserve(graph.all_values().size());
    for (ValueId value : graph.all_values()) same_shape_.push_back(value);
  }

  void build() {
    for (FunctionId function : graph_.functions()) {
      start(graph_[function]);
      walk(graph_, graph_[function].body, *this);
    }
    flatten();
  }

  // Visitor of walk().

  void enter(BlockId block) {
    if (constants_.is_dead(block)) ++dead_;
  }

  void visit(NodeId node) {
    if (dead_ > 0) return;
    if (graph_[node].blocks.count == 0) return compute(node);
    open(node);
  }

  void leave(BlockId block) {
    if (constants_.is_dead(block)) {
      --dead_;
      if (dead_ > 0) return;
    } else if (dead_ > 0) {
      return;
    }
    const NodeId owner = graph_[block].owner;
    if (!owner) return;
    close_block(owner, block);
    if (graph_[graph_[owner].blocks].back() == block) close(owner);
  }

 private:
  /// A node whose blocks are being visited, with the cells they may change.
  struct Open {
    NodeId node;
    std::vector<std::uint32_t> cells;
    std::vector<Version> before;              // by cell of `cells`
    std::vector<std::vector<Version>> after;  // by block that can run, then by cell
  };

  // Edges.

  void depend(FacetId to, FacetId from) {
    if (to && from && to != from) edges_.push_back({from, to});
  }
  FacetId own(ValueId value, Facet facet) const { return out_.facet(value, facet); }

  FacetId new_facet(NodeId node) {
    out_.version_node_.push_back(node);
    return FacetId{out_.facets_++};
  }

  void add_source(FacetId facet, Origin origin, ValueId input = {}) { out_.sources_.push_back({facet, origin, input}); }

  /// The facet that holds what a value is at this point: its own, or that of the cell it lives in.
  FacetId read(ValueId value, Facet facet) const {
    const std::uint32_t cell = aliases_.cell(value);
    if (cell == Aliases::kNone || first_leaf_[value.raw] || !lives_in_cell(value, facet)) return own(value, facet);
    return current_[cell][static_cast<std::size_t>(facet)];
  }

  /// Writing changes the elements of a tensor, but all of a container.
  bool lives_in_cell(ValueId value, Facet facet) const {
    if (facet == Facet::data) return true;
    const Type::Kind kind = graph_[graph_[value].type].kind;
    return kind != Type::Kind::tensor && kind != Type::Kind::unknown && kind != Type::Kind::optional;
  }

  void depend_on_all(FacetId to, ValueId value, FacetMask mask) {
    if (!value) return;
    for (Facet facet : kAllFacets) {
      if ((mask & mask_of(facet)) != 0) depend(to, read(value, facet));
    }
    const std::uint32_t cell = first_leaf_[value.raw] ? aliases_.cell(value) : Aliases::kNone;
    if (cell != Aliases::kNone && (mask & mask_of(Facet::data)) != 0) depend(to, current_[cell][0]);
  }

  void copy(ValueId to, ValueId from) {
    if (!to || !from) return;
    if (leaves_.of(graph_[to].type).empty() || leaves_.width(to) != leaves_.width(from)) return copy_whole(to, from);
    for (std::uint32_t i = 0; i < leaves_.width(to); ++i) copy_leaf(to, i, from, i);
  }

  void copy_whole(ValueId to, ValueId from) {
    for (Facet facet : kAllFacets) depend(own(to, facet), read(from, facet));
    scatter(to);
  }

  // Leaves of tuples. A value's own facets gather those of its leaves; where a tuple comes from an operation that does
  // not tell its fields apart, the leaves get what the whole has.

  /// Facets for the leaves of every tuple, behind those of the values.
  void add_leaves() {
    first_leaf_.resize(graph_.all_values().size(), FacetId{});
    for (ValueId value : graph_.all_values()) {
      const auto leaves = leaves_.of(graph_[value].type);
      if (leaves.empty()) continue;
      first_leaf_[value.raw] = FacetId{out_.facets_};
      for (std::uint32_t i = 0; i < leaves.size(); ++i) {
        for (Facet facet : kAllFacets) depend(own(value, facet), new_facet(graph_.defining_node(value)));
      }
    }
  }

  /// The facet of leaf `i`; of a value that is no tuple, its own.
  FacetId leaf(ValueId value, std::uint32_t i, Facet facet) const {
    const FacetId first = first_leaf_[value.raw];
    if (!first) return own(value, facet);
    return FacetId{first.raw + i * kFacets + static_cast<std::uint32_t>(facet)};
  }

  FacetId read_leaf(ValueId value, std::uint32_t i, Facet facet) const {
    return first_leaf_[value.raw] ? leaf(value, i, facet) : read(value, facet);
  }

  void copy_leaf(ValueId to, std::uint32_t to_leaf, ValueId from, std::uint32_t from_leaf) {
    for (Facet facet : kAllFacets) depend(leaf(to, to_leaf, facet), read_leaf(from, from_leaf, facet));
  }

  /// Every leaf from `first` on may be what the whole is.
  void scatter(ValueId value, std::uint32_t first = 0) {
    if (!first_leaf_[value.raw]) return;
    for (std::uint32_t i = first; i < leaves_.width(value); ++i) {
      for (Facet facet : kAllFacets) depend(leaf(value, i, facet), own(value, facet));
    }
  }

  /// An element of `d.items()`: which keys there are is the structure of the dict, whatever the values hold.
  bool is_dict_entry(NodeId node) const {
    const ValueId list = value_at(graph_[graph_[node].operands], 0);
    if (!list || graph_[graph_[node].op] != "aten::__getitem__") return false;
    const NodeId maker = graph_.defining_node(list);
    return maker && graph_[graph_[maker].op] == "aten::items";
  }

  /// Of an entry (key, value); a key that is a tensor may be written by others.
  void scatter_entry(ValueId entry) {
    const auto leaves = leaves_.of(graph_[entry].type);
    if (leaves.empty() || !is_scalar_like(graph_, leaves[0])) return scatter(entry);
    depend(leaf(entry, 0, Facet::data), own(entry, Facet::structure));
    scatter(entry, 1);
  }

  /// Between a tuple and its fields: `fields` are what it is made of, or what it is taken apart into.
  bool transfer_fields(ValueId tuple, std::span<const ValueId> fields, bool makes) {
    std::uint32_t width = 0;
    for (ValueId field : fields) width += leaves_.width(field);
    if (!first_leaf_[tuple.raw] || width != leaves_.width(tuple)) return false;
    std::uint32_t at = 0;
    for (ValueId field : fields) {
      for (std::uint32_t i = 0; field && i < leaves_.width(field); ++i) {
        if (makes) {
          copy_leaf(tuple, at + i, field, i);
        } else {
          copy_leaf(field, i, tuple, at + i);
        }
      }
      at += leaves_.width(field);
    }
    return true;
  }

  bool index_tuple(ValueId result, ValueId tuple, std::uint32_t index) {
    const auto fields = graph_[graph_[graph_[tuple].type].args];
    if (!first_leaf_[tuple.raw] || index >= fields.size()) return false;
    std::uint32_t at = 0;
    for (TypeId field : fields.first(index))
      at += std::max<std::uint32_t>(1, static_cast<std::uint32_t>(leaves_.of(field).size()));
    for (std::uint32_t i = 0; i < leaves_.width(result); ++i) copy_leaf(result, i, tuple, at + i);
    return true;
  }

  // Cells.

  /// A new version that joins the present one with what `write` adds to each of its facets.
  template <class Write>
  void change_cell(std::uint32_t cell, NodeId node, Write write) {
    Version version;
    for (Facet facet : kAllFacets) {
      const auto at = static_cast<std::size_t>(facet);
      version[at] = new_facet(node);
      depend(version[at], current_[cell][at]);
      write(version[at], facet);
    }
    current_[cell] = version;
  }

  /// A value that is defined into a cell: its facets are now part of what the cell holds.
  void enter_cell(ValueId value) {
    if (!value) return;
    const std::uint32_t cell = aliases_.cell(value);
    if (cell == Aliases::kNone) return;
    const auto leaves = leaves_.of(graph_[value].type);
    change_cell(cell, {}, [&](FacetId to, Facet facet) {
      if (leaves.empty()) return depend(to, own(value, facet));
      for (std::uint32_t i = 0; i < leaves.size(); ++i) {
        if (is_mutable(graph_, leaves[i])) depend(to, leaf(value, i, facet));
      }
    });
  }

  // Functions.

  void start(const Function& function) {
    std::ranges::fill(current_, Version{});
    for (std::uint32_t cell = 0; cell < aliases_.cells(); ++cell) {
      if (!aliases_.is_state(cell)) continue;
      for (FacetId& facet : current_[cell]) add_source(facet = new_facet({}), Origin::state);
    }
    for (ValueId param : graph_[graph_[function.body].params]) {
      add_param(param);
      enter_cell(param);
    }
  }

  void add_param(ValueId param) {
    const TypeId type = graph_[param].type;
    if (constants_.modules().module(param)) return;
    const auto leaves = leaves_.of(type);
    if (leaves.empty()) return add_param_leaf(param, 0, type);
    for (std::uint32_t i = 0; i < leaves.size(); ++i) add_param_leaf(param, i, leaves[i]);
  }

  void add_param_leaf(ValueId param, std::uint32_t i, TypeId type) {
    if (has_structure(type)) add_source(leaf(param, i, Facet::structure), Origin::argument, param);
    if (is_scalar_like(graph_, type)) return add_source(leaf(param, i, Facet::data), Origin::argument, param);
    add_source(leaf(param, i, Facet::data), Origin::data, param);
    add_source(leaf(param, i, Facet::shape), Origin::shape, param);
    add_source(leaf(param, i, Facet::metadata), Origin::metadata, param);
  }

  // Nodes without blocks.

  void compute(NodeId id) {
    const Node& node = graph_[id];
    const std::string_view op = graph_[node.op];
    const auto operands = graph_[node.operands];
    const auto results = graph_[node.results];
    if (op == "prim::GetAttr" && read_attribute(id)) return;
    if (op == "prim::SetAttr") return write_attribute(id);
    if (pack_or_unpack(op, operands, results)) {
      for (ValueId result : results) enter_cell(result);
      return;
    }
    const Effect effect = effect_of(graph_, id);
    for (ValueId result : results) {
      if (result) transfer(id, effect, result);
    }
    if (effect.keeps_shape) keep_shape(operands, results);
    const std::uint32_t written =
        effect.writes_first && !operands.empty() && operands[0] ? aliases_.cell(operands[0]) : Aliases::kNone;
    if (written != Aliases::kNone) {
      change_cell(written, id, [&](FacetId to, Facet facet) { flow_in(to, effect, facet, operands); });
    }
    const std::uint32_t shared =
        effect.aliases_first && !operands.empty() && operands[0] ? aliases_.cell(operands[0]) : Aliases::kNone;
    for (ValueId result : results) {
      const bool adds_nothing = result && shared != Aliases::kNone && aliases_.cell(result) == shared &&
                                !lives_in_cell(result, Facet::structure);
      if (!adds_nothing) enter_cell(result);
    }
  }

  void transfer(NodeId node, Effect effect, ValueId result) {
    if (!has_structure(graph_[result].type)) effect.structure = {};
    for (Facet facet : kAllFacets) flow_in(own(result, facet), effect, facet, graph_[graph_[node].operands]);
    if (is_dict_entry(node)) {
      scatter_entry(result);
    } else {
      scatter(result);
    }
    if (effect.random) add_source(own(result, Facet::data), Origin::random);
    if (effect.mode) add_source(own(result, Facet::data), Origin::mode);
    if (((effect.data.first | effect.structure.first) & mask_of(Facet::metadata)) != 0)
      read_metadata(node, effect, result);
  }

  /// A tensor or a number holds no others, and is not None: its rank is metadata.
  bool has_structure(TypeId type) const {
    const Type::Kind kind = graph_[type].kind;
    return kind != Type::Kind::tensor && kind != Type::Kind::scalar;
  }

  void read_metadata(NodeId node, const Effect& effect, ValueId result) {
    const auto origin = metadata_read(graph_[graph_[node].op]);
    const ValueId operand = value_at(graph_[graph_[node].operands], 0);
    if (!origin || !operand) return;
    const FacetId from = read(operand, Facet::metadata);
    if (!from) return;
    for (Facet facet : {Facet::data, Facet::structure}) {
      if ((flow_of(effect, facet).first & mask_of(Facet::metadata)) == 0) continue;
      out_.metadata_reads_.push_back({.from = from, .to = own(result, facet), .origin = *origin});
    }
  }

  void flow_in(FacetId to, const Effect& effect, Facet facet, std::span<const ValueId> operands) {
    const Flow& flow = flow_of(effect, facet);
    for (std::uint32_t i = 0; i < operands.size(); ++i) {
      const ValueId operand = operands[i];
      if (!operand) continue;
      const bool scalar = is_scalar_like(graph_, graph_[operand].type);
      depend_on_all(to, operand, i == 0 ? flow.first : scalar ? flow.scalars : flow.tensors);
      const bool gives_sizes = facet == Facet::shape && i < 16 && (effect.shape_operands >> i & 1U) != 0;
      if (gives_sizes) depend(to, read(operand, Facet::data));
    }
  }

  /// Reads of unassigned attributes are constants of the archive; a submodule is nothing to depend on.
  bool read_attribute(NodeId id) {
    const auto results = graph_[graph_[id].results];
    const ValueId result = value_at(results, 0);
    if (!result || constants_.modules().module(result)) return true;
    const std::uint32_t cell = aliases_.attribute_cell(id);
    const bool of_module = static_cast<bool>(constants_.modules().module(graph_[graph_[id].operands][0]));
    if (cell == Aliases::kNone) {
      if (!of_module) return false;  // a field of an object: whatever the object depends on
      const bool training = constants_.modules().attribute_name(id) == "training";
      add_source(own(result, Facet::data), training ? Origin::training : Origin::attribute);
      return true;
    }
    for (Facet facet : kAllFacets) {
      depend(own(result, facet), current_[cell][static_cast<std::size_t>(facet)]);
    }
    return true;
  }

  void write_attribute(NodeId id) {
    const ValueId value = value_at(graph_[graph_[id].operands], 1);
    const std::uint32_t cell = aliases_.attribute_cell(id);
    if (!value || cell == Aliases::kNone) return;
    change_cell(cell, id, [&](FacetId to, Facet facet) { depend(to, read(value, facet)); });
  }

  /// Tuples keep what their fields depend on apart, always; lists when they are taken apart in sight of where they were
  /// made.
  bool pack_or_unpack(std::string_view op, std::span<const ValueId> operands, std::span<const ValueId> results) {
    if (results.empty() || !results[0]) return false;
    if (op == "prim::TupleConstruct") return transfer_fields(results[0], operands, true);
    if (operands.empty() || !operands[0]) return false;
    if (op == "prim::TupleUnpack") return transfer_fields(operands[0], results, false);
    const bool unpacks = op == "prim::ListUnpack";
    const bool indexes = op == "prim::TupleIndex" || op == "aten::__getitem__";
    if (!unpacks && !indexes) return false;
    const auto fields = listed(operands[0]);
    if (unpacks) {
      if (fields.size() != results.size()) return false;
      for (std::uint32_t i = 0; i < results.size(); ++i) take_field(results[i], fields[i]);
      return true;
    }
    const ValueId index_value = value_at(operands, 1);
    if (!index_value || constants_[index_value].kind != Constant::Kind::integer) return false;
    const std::int64_t index = constants_[index_value].bits;
    if (op == "prim::TupleIndex") {
      const std::int64_t count = graph_[graph_[operands[0]].type].args.count;
      return index_tuple(results[0], operands[0], static_cast<std::uint32_t>(index < 0 ? index + count : index));
    }
    const auto at = static_cast<std::uint64_t>(index < 0 ? index + static_cast<std::int64_t>(fields.size()) : index);
    if (at >= fields.size()) return false;
    take_field(results[0], fields[at]);
    return true;
  }

  /// What a list was made of, when nothing in reach changes it afterwards.
  std::span<const ValueId> listed(ValueId list) const {
    const NodeId maker = graph_.defining_node(list);
    if (!maker || graph_[graph_[maker].op] != "prim::ListConstruct") return {};
    if (aliases_.cell(list) != Aliases::kNone) return {};
    return graph_[graph_[maker].operands];
  }

  void take_field(ValueId result, ValueId field) {
    copy(result, field);
    if (result && field) same_shape_[result.raw] = same_shape_[field.raw];
  }

  // Shapes that are known to be equal, so that a condition which chooses between them chooses no shape.

  void keep_shape(std::span<const ValueId> operands, std::span<const ValueId> results) {
    ValueId shape;
    for (ValueId operand : operands) {
      if (!operand || is_scalar_like(graph_, graph_[operand].type) || is_single_number(operand)) continue;
      if (shape && shape != same_shape_[operand.raw]) return;
      shape = same_shape_[operand.raw];
    }
    if (!shape) return;
    for (ValueId result : results) {
      if (result) same_shape_[result.raw] = shape;
    }
  }

  /// A constant tensor without dimensions, which is how a trace records a Python number.
  bool is_single_number(ValueId value) const {
    const Value& definition = graph_[value];
    TypeId type = definition.type;
    if (definition.def == Value::Def::constant) type = graph_[TensorId{definition.owner}].type;
    if (const NodeId maker = graph_.defining_node(value); maker && graph_[graph_[maker].op] == "prim::Constant") {
      const Literal* literal = graph_.attribute(maker, "value");
      if (literal == nullptr || literal->kind != Literal::Kind::tensor) return false;
      type = graph_[TensorId{static_cast<std::uint32_t>(literal->bits)}].type;
    }
    return graph_[type].ranked && graph_[type].dims.count == 0;
  }

  // Nodes with blocks.

  void open(NodeId node) {
    Open opened{.node = node, .cells = {}, .before = {}, .after = {}};
    for (BlockId block : graph_[graph_[node].blocks]) {
      for (std::uint32_t cell : aliases_.changed_in(block)) opened.cells.push_back(cell);
    }
    std::ranges::sort(opened.cells);
    opened.cells.erase(std::unique(opened.cells.begin(), opened.cells.end()), opened.cells.end());
    if (const auto form = loop_form(graph_, node)) {
      open_loop(node, *form, opened.cells);
    } else if (!is_branch(graph_, node)) {
      const auto operands = graph_[graph_[node].operands];
      for (BlockId block : graph_[graph_[node].blocks]) {
        const auto params = graph_[graph_[block].params];
        for (std::uint32_t i = 0; i < params.size(); ++i) copy(params[i], value_at(operands, i));
      }
    }
    for (std::uint32_t cell : opened.cells) opened.before.push_back(current_[cell]);
    open_.push_back(std::move(opened));
  }

  /// The version that a turn starts with: what was there before the loop, or what the last turn left (see close).
  void open_loop(NodeId node, const LoopForm& form, std::span<const std::uint32_t> cells) {
    const auto operands = graph_[graph_[node].operands];
    const auto params = graph_[graph_[graph_[graph_[node].blocks][0]].params];
    for (std::uint32_t i = 0; i < form.carried + form.scanned; ++i) {
      copy(value_at(params, form.first_carried_param + i), value_at(operands, form.first_carried_operand + i));
    }
    for (std::uint32_t cell : cells) change_cell(cell, {}, [](FacetId, Facet) {});
  }

  void close_block(NodeId owner, BlockId block) {
    Open& opened = open_.back();
    if (constants_.is_dead(block)) return;
    std::vector<Version>& after = opened.after.emplace_back();
    for (std::uint32_t cell : opened.cells) after.push_back(current_[cell]);
    if (!is_branch(graph_, owner)) return;
    for (std::size_t i = 0; i < opened.cells.size(); ++i) current_[opened.cells[i]] = opened.before[i];
  }

  void close(NodeId node) {
    const Open opened = std::move(open_.back());
    open_.pop_back();
    if (is_branch(graph_, node)) {
      close_branch(node, opened);
    } else if (const auto form = loop_form(graph_, node)) {
      close_loop(node, *form, opened);
    } else {
      for (BlockId block : graph_[graph_[node].blocks]) {
        const auto outputs = graph_[graph_[block].outputs];
        const auto results = graph_[graph_[node].results];
        for (std::uint32_t i = 0; i < results.size(); ++i) copy(results[i], value_at(outputs, i));
      }
    }
    for (ValueId result : graph_[graph_[node].results]) enter_cell(result);
  }

  void close_branch(NodeId node, const Open& opened) {
    const auto arms = graph_[graph_[node].blocks];
    const ValueId condition = graph_[graph_[node].operands][0];
    const bool decided = constants_.is_dead(arms[0]) || constants_.is_dead(arms[1]);
    const FacetId choice = decided || !condition ? FacetId{} : choice_of(node, condition);
    const auto results = graph_[graph_[node].results];
    for (std::uint32_t i = 0; i < results.size(); ++i) {
      if (!results[i]) continue;
      const ValueId yes = value_at(graph_[graph_[arms[0]].outputs], i);
      const ValueId no = value_at(graph_[graph_[arms[1]].outputs], i);
      if (!constants_.is_dead(arms[0])) copy(results[i], yes);
      if (!constants_.is_dead(arms[1])) copy(results[i], no);
      if (decided) {
        const ValueId only = constants_.is_dead(arms[0]) ? no : yes;
        if (only) same_shape_[results[i].raw] = same_shape_[only.raw];
        continue;
      }
      choose(results[i], yes, no, choice);
    }
    for (std::size_t i = 0; i < opened.cells.size(); ++i) {
      change_cell(opened.cells[i], node, [&](FacetId to, Facet facet) {
        for (const std::vector<Version>& after : opened.after) depend(to, after[i][static_cast<std::size_t>(facet)]);
        const bool chosen = facet == Facet::data || facet == Facet::structure;
        if (chosen) depend(to, choice);
      });
    }
  }

  FacetId choice_of(NodeId branch, ValueId condition) {
    const FacetId decision = read(condition, Facet::data);
    if (!decision || is_logic(graph_, constants_, branch)) return decision;
    const FacetId choice = new_facet(branch);
    depend(choice, decision);
    out_.choices_.push_back(choice);
    return choice;
  }

  /// Implicit flow: `result` is one of two values, and `decision` says which.
  void choose(ValueId result, ValueId yes, ValueId no, FacetId decision) {
    if (!decision || !yes || !no || yes == no || is_uninitialized(yes) || is_uninitialized(no)) return;
    const Constant& a = constants_[yes];
    const Constant& b = constants_[no];
    if (a.kind != Constant::Kind::unknown && a.kind != Constant::Kind::not_none && a == b) return;
    if (first_leaf_[result.raw]) return choose_leaves(result, yes, no, decision);
    depend(own(result, Facet::data), decision);
    if (same_shape_[yes.raw] == same_shape_[no.raw]) {
      same_shape_[result.raw] = same_shape_[yes.raw];
    } else if (!is_scalar_like(graph_, graph_[result].type)) {
      depend(own(result, Facet::shape), decision);
      depend(own(result, Facet::metadata), decision);
    }
    const Type::Kind kind = graph_[graph_[result].type].kind;
    const bool fixed = kind == Type::Kind::tensor || kind == Type::Kind::scalar || kind == Type::Kind::tuple;
    if (!fixed) depend(own(result, Facet::structure), decision);
  }

  /// Field by field, where both tuples are packed in sight; a field that is the same in both arms is not chosen.
  void choose_leaves(ValueId result, ValueId yes, ValueId no, FacetId decision) {
    const auto leaves = leaves_.of(graph_[result].type);
    const auto a = packed(yes);
    const auto b = packed(no);
    const bool in_sight = a.size() == leaves.size() && b.size() == leaves.size();
    for (std::uint32_t i = 0; i < leaves.size(); ++i) {
      if (in_sight && a[i] == b[i]) continue;
      for (Facet facet : kAllFacets) {
        if (facet == Facet::data || !is_scalar_like(graph_, leaves[i])) depend(leaf(result, i, facet), decision);
      }
    }
  }

  std::span<const ValueId> packed(ValueId tuple) const {
    const NodeId maker = graph_.defining_node(tuple);
    if (!maker || graph_[graph_[maker].op] != "prim::TupleConstruct") return {};
    return graph_[graph_[maker].operands];
  }

  bool is_uninitialized(ValueId value) const {
    const NodeId maker = graph_.defining_node(value);
    return maker && graph_[graph_[maker].op] == "prim::Uninitialized";
  }

  void close_loop(NodeId node, const LoopForm& form, const Open& opened) {
    const Block& body = graph_[graph_[graph_[node].blocks][0]];
    const auto operands = graph_[graph_[node].operands];
    const auto results = graph_[graph_[node].results];
    const auto params = graph_[body.params];
    const auto outputs = graph_[body.outputs];
    const std::array deciders{value_at(operands, form.count_operand), value_at(operands, form.condition_operand),
                              value_at(outputs, form.condition_output)};
    for (std::uint32_t i = 0; i < form.carried; ++i) {
      const ValueId param = value_at(params, form.first_carried_param + i);
      const ValueId output = value_at(outputs, form.first_carried_output + i);
      copy(param, output);
      const ValueId result = value_at(results, i);
      if (!result) continue;
      const ValueId initial = value_at(operands, form.first_carried_operand + i);
      copy(result, initial);
      copy(result, output);
      if (param == output) {
        if (initial) same_shape_[result.raw] = same_shape_[initial.raw];
        continue;
      }
      const bool keeps_shape = param && output && same_shape_[output.raw] == same_shape_[param.raw];
      if (keeps_shape && initial) same_shape_[result.raw] = same_shape_[initial.raw];
      for (ValueId decider : deciders) repeat(result, decider, keeps_shape);
    }
    for (std::uint32_t i = form.carried; i < results.size(); ++i) {  // ONNX: what every turn yields, stacked
      copy(results[i], value_at(outputs, form.first_carried_output + i));
      for (ValueId decider : deciders) repeat(results[i], decider, false);
      for (std::uint32_t scanned = 0; scanned < form.scanned && results[i]; ++scanned) {
        depend_on_all(own(results[i], Facet::shape),
                      value_at(operands, form.first_carried_operand + form.carried + scanned), mask_of(Facet::shape));
      }
    }
    for (std::size_t i = 0; i < opened.cells.size(); ++i) close_cell(node, opened, i, deciders);
  }

  /// Implicit flow: how often the body ran shows in what it yields.
  void repeat(ValueId result, ValueId decider, bool keeps_shape) {
    if (!result || !decider) return;
    const FacetId decision = read(decider, Facet::data);
    for (std::uint32_t i = 0; i < leaves_.width(result); ++i) depend(leaf(result, i, Facet::data), decision);
    if (!keeps_shape && !is_scalar_like(graph_, graph_[result].type)) {
      depend(own(result, Facet::shape), decision);
      depend(own(result, Facet::metadata), decision);
    }
    const Type::Kind kind = graph_[graph_[result].type].kind;
    if (kind != Type::Kind::tensor && kind != Type::Kind::scalar) depend(own(result, Facet::structure), decision);
  }

  void close_cell(NodeId node, const Open& opened, std::size_t at, std::span<const ValueId> deciders) {
    const Version& header = opened.before[at];
    const std::uint32_t cell = opened.cells[at];
    for (Facet facet : kAllFacets) {
      const auto i = static_cast<std::size_t>(facet);
      depend(header[i], current_[cell][i]);  // the next turn
    }
    current_[cell] = header;
    change_cell(cell, node, [&](FacetId to, Facet facet) {
      if (facet != Facet::data && facet != Facet::structure) return;
      for (ValueId decider : deciders) {
        if (decider) depend(to, read(decider, Facet::data));
      }
    });
  }

  /// Edges by source, in the order in which they were made.
  void flatten() {
    out_.first_.assign(out_.facets_ + 1, 0);
    for (const Dependence::Edge& edge : edges_) ++out_.first_[edge.from.raw + 1];
    for (std::uint32_t i = 0; i < out_.facets_; ++i) out_.first_[i + 1] += out_.first_[i];
    std::vector<std::uint32_t> next(out_.first_.begin(), out_.first_.end() - 1);
    out_.dependents_.resize(edges_.size());
    for (const Dependence::Edge& edge : edges_) out_.dependents_[next[edge.from.raw]++] = edge.to;
  }

  const Graph& graph_;
  Dependence& out_;
  const Constants& constants_;
  Aliases aliases_;
  std::vector<Dependence::Edge> edges_;
  std::vector<Version> current_;     // by cell
  std::vector<ValueId> same_shape_;  // by value: the first value that is known to have its shape
  std::vector<Open> open_;
  TupleLeaves leaves_;
  std::vector<FacetId> first_leaf_;  // by value: facets of its first leaf; none: no tuple
  std::uint32_t dead_ = 0;
};

Dependence::Dependence(const Graph& graph) : graph_(graph), constants_(graph) {
  DependenceBuilder(graph, *this).build();
}

std::span<const FacetId> Dependence::dependents(FacetId facet) const {
  const std::uint32_t first = first_[facet.raw];
  return std::span<const FacetId>(dependents_).subspan(first, first_[facet.raw + 1] - first);
}

NodeId Dependence::node(FacetId facet) const {
  const std::uint32_t of_values = graph_.all_values().size() * kFacets;
  if (facet.raw >= of_values) return version_node_[facet.raw - of_values];
  return graph_.defining_node(ValueId{facet.raw / kFacets});
}

}  // namespace graphwitness
