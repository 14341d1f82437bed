#include "analysis/dependence.h"

#include <algorithm>
#include <array>

#include "analysis/aliases.h"
#include "analysis/control_flow.h"
#include "analysis/equal_shapes.h"
#include "analysis/facet_graph.h"
#include "analysis/uses.h"
#include "ir/walk.h"

namespace graphwitness {
namespace {

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
      : graph_(graph),
        out_(out),
        constants_(out.constants_),
        aliases_(graph, out.constants_),
        facets_(graph),
        shapes_(graph),
        current_(aliases_.cells()) {}

  void build() {
    for (FunctionId function : graph_.functions()) {
      start(graph_[function]);
      walk(graph_, graph_[function].body, *this);
    }
    out_.facets_ = facets_.facets();
    out_.version_node_ = facets_.take_makers();
    out_.dependents_ = facets_.dependents(out_.first_);
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

  void depend(FacetId to, FacetId from) { facets_.depend(to, from); }
  static FacetId own(ValueId value, Facet facet) { return Dependence::facet(value, facet); }

  void add_source(FacetId facet, Origin origin, ValueId input = {}) { out_.sources_.push_back({facet, origin, input}); }

  /// The facet that holds what a value is at this point: its own, or that of the cell it lives in.
  FacetId read(ValueId value, Facet facet) const {
    const std::uint32_t cell = aliases_.cell(value);
    if (cell == Aliases::kNone || facets_.has_leaves(value) || !lives_in_cell(value, facet)) return own(value, facet);
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
    const std::uint32_t cell = facets_.has_leaves(value) ? aliases_.cell(value) : Aliases::kNone;
    if (cell != Aliases::kNone && (mask & mask_of(Facet::data)) != 0) depend(to, current_[cell][0]);
  }

  void copy(ValueId to, ValueId from) {
    if (!to || !from) return;
    if (!facets_.has_leaves(to) || facets_.width(to) != facets_.width(from)) return copy_whole(to, from);
    for (std::uint32_t i = 0; i < facets_.width(to); ++i) copy_leaf(to, i, from, i);
  }

  void copy_whole(ValueId to, ValueId from) {
    for (Facet facet : kAllFacets) depend(own(to, facet), read(from, facet));
    facets_.scatter(to);
  }

  // Leaves of tuples.

  FacetId read_leaf(ValueId value, std::uint32_t i, Facet facet) const {
    return facets_.has_leaves(value) ? facets_.leaf(value, i, facet) : read(value, facet);
  }

  void copy_leaf(ValueId to, std::uint32_t to_leaf, ValueId from, std::uint32_t from_leaf) {
    for (Facet facet : kAllFacets) depend(facets_.leaf(to, to_leaf, facet), read_leaf(from, from_leaf, facet));
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
    const auto leaves = facets_.leaf_types(entry);
    if (leaves.empty() || !is_scalar_like(graph_, leaves[0])) return facets_.scatter(entry);
    depend(facets_.leaf(entry, 0, Facet::data), own(entry, Facet::structure));
    facets_.scatter(entry, 1);
  }

  /// Between a tuple and its fields: `fields` are what it is made of, or what it is taken apart into.
  bool transfer_fields(ValueId tuple, std::span<const ValueId> fields, bool makes) {
    std::uint32_t width = 0;
    for (ValueId field : fields) width += facets_.width(field);
    if (!facets_.has_leaves(tuple) || width != facets_.width(tuple)) return false;
    std::uint32_t at = 0;
    for (ValueId field : fields) {
      for (std::uint32_t i = 0; field && i < facets_.width(field); ++i) {
        if (makes) {
          copy_leaf(tuple, at + i, field, i);
        } else {
          copy_leaf(field, i, tuple, at + i);
        }
      }
      at += facets_.width(field);
    }
    return true;
  }

  bool index_tuple(ValueId result, ValueId tuple, std::uint32_t index) {
    const auto fields = graph_[graph_[graph_[tuple].type].args];
    if (!facets_.has_leaves(tuple) || index >= fields.size()) return false;
    std::uint32_t at = 0;
    for (TypeId field : fields.first(index)) at += facets_.width(field);
    for (std::uint32_t i = 0; i < facets_.width(result); ++i) copy_leaf(result, i, tuple, at + i);
    return true;
  }

  // Cells.

  /// A new version that joins the present one with what `write` adds to each of its facets.
  template <class Write>
  void change_cell(std::uint32_t cell, NodeId node, Write write) {
    Version version;
    for (Facet facet : kAllFacets) {
      const auto at = static_cast<std::size_t>(facet);
      version[at] = facets_.new_facet(node);
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
    const auto leaves = facets_.leaf_types(value);
    change_cell(cell, {}, [&](FacetId to, Facet facet) {
      if (leaves.empty()) return depend(to, own(value, facet));
      for (std::uint32_t i = 0; i < leaves.size(); ++i) {
        if (is_mutable(graph_, leaves[i])) depend(to, facets_.leaf(value, i, facet));
      }
    });
  }

  // Functions.

  void start(const Function& function) {
    std::ranges::fill(current_, Version{});
    for (std::uint32_t cell = 0; cell < aliases_.cells(); ++cell) {
      if (!aliases_.is_state(cell)) continue;
      for (FacetId& facet : current_[cell]) add_source(facet = facets_.new_facet({}), Origin::state);
    }
    for (ValueId param : graph_[graph_[function.body].params]) {
      add_param(param);
      enter_cell(param);
    }
  }

  void add_param(ValueId param) {
    const TypeId type = graph_[param].type;
    if (constants_.modules().module(param)) return;
    const auto leaves = facets_.leaf_types(param);
    if (leaves.empty()) return add_param_leaf(param, 0, type);
    for (std::uint32_t i = 0; i < leaves.size(); ++i) add_param_leaf(param, i, leaves[i]);
  }

  void add_param_leaf(ValueId param, std::uint32_t i, TypeId type) {
    if (has_structure(type)) add_source(facets_.leaf(param, i, Facet::structure), Origin::argument, param);
    if (is_scalar_like(graph_, type)) return add_source(facets_.leaf(param, i, Facet::data), Origin::argument, param);
    add_source(facets_.leaf(param, i, Facet::data), Origin::data, param);
    add_source(facets_.leaf(param, i, Facet::shape), Origin::shape, param);
    add_source(facets_.leaf(param, i, Facet::metadata), Origin::metadata, param);
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
    if (effect.keeps_shape) shapes_.keep(operands, results);
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
      facets_.scatter(result);
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
    shapes_.take_over(result, field);
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
        shapes_.take_over(results[i], only);
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
    const FacetId choice = facets_.new_facet(branch);
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
    if (facets_.has_leaves(result)) return choose_leaves(result, yes, no, decision);
    depend(own(result, Facet::data), decision);
    if (shapes_.are_equal(yes, no)) {
      shapes_.take_over(result, yes);
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
    const auto leaves = facets_.leaf_types(result);
    const auto a = packed(yes);
    const auto b = packed(no);
    const bool in_sight = a.size() == leaves.size() && b.size() == leaves.size();
    for (std::uint32_t i = 0; i < leaves.size(); ++i) {
      if (in_sight && a[i] == b[i]) continue;
      for (Facet facet : kAllFacets) {
        if (facet == Facet::data || !is_scalar_like(graph_, leaves[i]))
          depend(facets_.leaf(result, i, facet), decision);
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
        shapes_.take_over(result, initial);
        continue;
      }
      const bool keeps_shape = param && output && shapes_.are_equal(output, param);
      if (keeps_shape) shapes_.take_over(result, initial);
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
    for (std::uint32_t i = 0; i < facets_.width(result); ++i) depend(facets_.leaf(result, i, Facet::data), decision);
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

  const Graph& graph_;
  Dependence& out_;
  const Constants& constants_;
  Aliases aliases_;
  FacetGraph facets_;
  EqualShapes shapes_;
  std::vector<Version> current_;  // by cell
  std::vector<Open> open_;
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
