#include "rules/onnx_names.h"

#include <algorithm>
#include <set>
#include <span>
#include <unordered_map>

#include "support/quote.h"

namespace graphwitness {
namespace {

bool is_unresolved(const Graph& graph, ValueId value) { return value && graph[value].def == Value::Def::unresolved; }

/// Names that some node or block defines, wherever.
std::set<std::string_view> defined_names(const Graph& graph) {
  std::set<std::string_view> names;
  for (ValueId value : graph.all_values()) {
    if (graph[value].def != Value::Def::unresolved) names.insert(graph[graph[value].name]);
  }
  return names;
}

bool is_nested(const Graph& graph, BlockId block) { return static_cast<bool>(graph[block].owner); }

/// The node of `block` that is `node` or around it; none when `node` lies elsewhere.
NodeId ancestor_in(const Graph& graph, NodeId node, BlockId block) {
  while (node && graph[node].parent != block) node = graph[graph[node].parent].owner;
  return node;
}

bool encloses(const Graph& graph, BlockId outer, BlockId inner) {
  while (inner != outer) {
    const NodeId owner = graph[inner].owner;
    if (!owner) return false;
    inner = graph[owner].parent;
  }
  return true;
}

/// Whether a place in `block` sees the value. Initializers do not say where they belong, and are seen everywhere.
bool is_visible(const Graph& graph, ValueId value, BlockId block) {
  const Value& it = graph[value];
  if (it.def == Value::Def::block) return encloses(graph, BlockId{it.owner}, block);
  return it.def != Value::Def::node || encloses(graph, graph[NodeId{it.owner}].parent, block);
}

/// Nodes that came out of model-local functions.
class InlinedNodes {
 public:
  explicit InlinedNodes(const Graph& graph) : graph_(graph) {
    for (const Callable& callable : graph.callables()) functions_.insert(callable.name);
  }
  bool contains(NodeId node) const {
    if (functions_.empty()) return false;
    for (LocationId at = graph_[node].loc; at; at = graph_[at].caller) {
      if (functions_.contains(graph_[at].function)) return true;
    }
    return false;
  }

 private:
  const Graph& graph_;
  std::set<Symbol> functions_;
};

struct Definition {
  std::size_t hash;  ///< of its name
  ValueId value;
  BlockId block;  ///< none: an initializer
  NodeId node;    ///< none: a parameter or an initializer
};

/// The definitions of one name that were seen so far, by where they are.
class SameName {
 public:
  SameName(const Graph& graph, bool has_subgraphs) : graph_(graph), has_subgraphs_(has_subgraphs) {}

  /// Adds one; the first of those before it that cannot stand beside it, null when there is none.
  const Definition* add(const Definition& definition) {
    const Definition* clash = definition.block ? in_block(definition) : initializer();
    remember(definition);
    return clash;
  }

 private:
  using ByBlock = std::unordered_map<std::uint32_t, const Definition*>;

  static const Definition* first(const Definition* a, const Definition* b) {
    if (a == nullptr || b == nullptr) return a == nullptr ? b : a;
    return std::min(a, b);  // they lie in one array, in order
  }
  static const Definition* in(const ByBlock& definitions, BlockId block) {
    const auto found = definitions.find(block.raw);
    return found == definitions.end() ? nullptr : found->second;
  }

  /// An initializer does not say to which graph it belongs.
  const Definition* initializer() const { return first(outermost_, has_subgraphs_ ? nullptr : constant_); }
  /// Clashes with what stands in a block around it or within its own.
  const Definition* in_block(const Definition& definition) const {
    const Definition* clash = in(within_, definition.block);
    if (!is_nested(graph_, definition.block)) clash = first(clash, constant_);
    for (BlockId at = definition.block; at; at = around(at)) clash = first(clash, in(directly_, at));
    return clash;
  }
  void remember(const Definition& definition) {
    if (!definition.block) {
      constant_ = first(constant_, &definition);
      return;
    }
    if (!is_nested(graph_, definition.block)) outermost_ = first(outermost_, &definition);
    directly_.try_emplace(definition.block.raw, &definition);
    for (BlockId at = around(definition.block); at; at = around(at)) within_.try_emplace(at.raw, &definition);
  }
  BlockId around(BlockId block) const {
    const NodeId owner = graph_[block].owner;
    return owner ? graph_[owner].parent : BlockId{};
  }

  const Graph& graph_;
  bool has_subgraphs_;
  const Definition* constant_ = nullptr;
  const Definition* outermost_ = nullptr;
  ByBlock directly_;  ///< the first that stands in this block itself
  ByBlock within_;    ///< the first in a block below it
};

/// Definitions of one name that clash with an earlier one of them.
void compare(const Graph& graph, std::span<const Definition> same, bool has_subgraphs,
             std::vector<NameProblem>& problems) {
  SameName before(graph, has_subgraphs);
  for (const Definition& later : same) {
    const Definition* earlier = before.add(later);
    if (earlier == nullptr) continue;
    const bool shadows = later.block && earlier->block && earlier->block != later.block;
    const NodeId at = later.node ? later.node : earlier->node;
    problems.push_back({at, "the name " + quote(graph[graph[later.value].name]) +
                                (shadows ? " hides one of the graph around it" : " is defined twice")});
  }
}

/// Per node its place in its block.
std::vector<std::uint32_t> positions(const Graph& graph) {
  std::vector<std::uint32_t> position(graph.all_nodes().size());
  for (BlockId block : graph.all_blocks()) {
    std::uint32_t next = 0;
    for (NodeId node : graph[graph[block].nodes]) position[node.raw] = next++;
  }
  return position;
}

/// `user` needs a result of `source`; both stand in one block.
struct Need {
  NodeId user, source;
  ValueId value;
};

/// Every need among the nodes of `block`, those of nested nodes counted as their ancestor's.
std::vector<Need> needs_in(const Graph& graph, BlockId block) {
  std::vector<Need> needs;
  for (NodeId source : graph[graph[block].nodes]) {
    for (ValueId value : graph[graph[source].results]) {
      if (!value) continue;
      for (const Use& use : graph.uses(value)) {
        const NodeId place = use.user ? use.user : graph[use.block].owner;
        const NodeId user = place ? ancestor_in(graph, place, block) : NodeId{};
        if (user) needs.push_back({user, source, value});
      }
    }
  }
  return needs;
}

/// By position: whether the node lies on a cycle, or between two.
std::vector<bool> cyclic(const std::vector<Need>& needs, const std::vector<std::uint32_t>& position,
                         std::size_t count) {
  std::vector<bool> is_cyclic(count, true);
  for (const bool forward : {true, false}) {
    std::vector<std::vector<std::uint32_t>> next(count);
    std::vector<std::uint32_t> waiting(count, 0);
    for (const Need& need : needs) {
      std::uint32_t from = position[need.source.raw];
      std::uint32_t to = position[need.user.raw];
      if (!forward) std::swap(from, to);
      next[from].push_back(to);
      ++waiting[to];
    }
    std::vector<std::uint32_t> ready;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (waiting[i] == 0) ready.push_back(i);
    }
    while (!ready.empty()) {
      const std::uint32_t node = ready.back();
      ready.pop_back();
      is_cyclic[node] = false;
      for (std::uint32_t to : next[node]) {
        if (--waiting[to] == 0) ready.push_back(to);
      }
    }
  }
  return is_cyclic;
}

bool has_backward_use(const Graph& graph, BlockId block, const std::vector<std::uint32_t>& position) {
  for (NodeId source : graph[graph[block].nodes]) {
    for (ValueId value : graph[graph[source].results]) {
      if (!value) continue;
      for (const Use& use : graph.uses(value)) {
        const NodeId place = use.user ? use.user : graph[use.block].owner;
        const NodeId user = place ? ancestor_in(graph, place, block) : NodeId{};
        if (user && position[user.raw] <= position[source.raw]) return true;
      }
    }
  }
  return false;
}

}  // namespace

std::vector<NameProblem> undefined_names(const Graph& graph) {
  std::vector<NameProblem> problems;
  std::set<std::string_view> defined;
  const auto tell = [&](ValueId value, NodeId node, BlockId block, bool is_output) {
    const bool is_hidden = value && !is_visible(graph, value, block);
    if (!is_unresolved(graph, value) && !is_hidden) return;
    if (defined.empty()) defined = defined_names(graph);
    const std::string_view name = graph[graph[value].name];
    std::string message = (is_output ? "output " : "input ") + quote(name);
    if (is_hidden || defined.contains(name)) {
      message += " is defined only where this place does not see it";
    } else if (is_nested(graph, block) && !is_output) {
      message += " is captured from the graphs around, but none of them defines it";
    } else {
      message += " is produced by no node, and is neither an input nor an initializer";
    }
    problems.push_back({node, std::move(message)});
  };
  for (NodeId node : graph.all_nodes()) {
    const auto operands = graph[graph[node].operands];
    for (std::size_t i = 0; i < operands.size(); ++i) {
      const auto before = operands.first(i);
      if (std::ranges::find(before, operands[i]) != before.end()) continue;
      tell(operands[i], node, graph[node].parent, false);
    }
  }
  for (BlockId block : graph.all_blocks()) {
    for (ValueId output : graph[graph[block].outputs]) tell(output, graph[block].owner, block, true);
  }
  return problems;
}

std::vector<NameProblem> repeated_names(const Graph& graph) {
  std::vector<Definition> definitions;
  definitions.reserve(graph.all_values().size());
  const InlinedNodes inlined(graph);
  for (ValueId value : graph.all_values()) {
    const Value& it = graph[value];
    const std::string_view name = graph[it.name];
    if (name.empty() || it.def == Value::Def::unresolved) continue;
    Definition definition{.hash = std::hash<std::string_view>()(name), .value = value, .block = {}, .node = {}};
    if (it.def == Value::Def::block) definition.block = BlockId{it.owner};
    if (it.def == Value::Def::node) {
      definition.node = NodeId{it.owner};
      if (inlined.contains(definition.node)) continue;
      definition.block = graph[definition.node].parent;
    }
    definitions.push_back(definition);
  }
  // By hash first: a million names sort in a fraction of the time that a table of them takes.
  const auto name_of = [&](const Definition& it) { return graph[graph[it.value].name]; };
  std::ranges::stable_sort(definitions, [&](const Definition& a, const Definition& b) {
    return a.hash != b.hash ? a.hash < b.hash : name_of(a) < name_of(b);
  });
  bool has_subgraphs = false;
  for (BlockId block : graph.all_blocks()) has_subgraphs = has_subgraphs || is_nested(graph, block);
  std::vector<NameProblem> problems;
  for (auto first = definitions.begin(); first != definitions.end();) {
    const auto last = std::find_if(first, definitions.end(), [&](const Definition& it) {
      return it.hash != first->hash || name_of(it) != name_of(*first);
    });
    if (last - first > 1) compare(graph, {first, last}, has_subgraphs, problems);
    first = last;
  }
  std::ranges::sort(problems, {}, [](const NameProblem& problem) { return std::tie(problem.node, problem.message); });
  return problems;
}

std::vector<NameProblem> misplaced_nodes(const Graph& graph) {
  std::vector<NameProblem> problems;
  const std::vector<std::uint32_t> position = positions(graph);
  for (BlockId block : graph.all_blocks()) {
    if (!has_backward_use(graph, block, position)) continue;
    const std::vector<Need> needs = needs_in(graph, block);
    const std::vector<bool> is_cyclic = cyclic(needs, position, graph[graph[block].nodes].size());
    std::set<std::pair<NodeId, ValueId>> told;
    for (const Need& need : needs) {
      if (position[need.user.raw] > position[need.source.raw] || !told.insert({need.user, need.value}).second) continue;
      const std::string name = quote(graph[graph[need.value].name]);
      const bool on_cycle = is_cyclic[position[need.user.raw]] && is_cyclic[position[need.source.raw]];
      problems.push_back({need.user, on_cycle
                                         ? "input " + name + " depends on the node's own result: the graph has a cycle"
                                         : "input " + name + " is produced by a later node"});
    }
  }
  return problems;
}

}  // namespace graphwitness
