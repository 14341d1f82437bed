#include "render/outline.h"

#include <algorithm>
#include <utility>

#include "render/operators.h"
#include "render/scopes.h"

namespace graphwitness::picture {
namespace {

/// Hostile paths must not make frames without end.
constexpr std::uint32_t kMostModuleLevels = 24;

class Builder {
 public:
  Builder(const Graph& graph, const Absorbed& absorbed)
      : graph_(graph),
        absorbed_(absorbed),
        scopes_(scopes_of_nodes(graph, absorbed)),
        made_by_(graph.all_values().size(), kNowhere),
        joins_(graph.all_nodes().size(), kNowhere),
        yields_(graph.all_blocks().size(), kNowhere),
        block_spans_(graph.all_blocks().size(), kNowhere) {}

  void add(FunctionId function);
  Outline take() && { return std::move(outline_); }

 private:
  /// A block whose nodes are being walked. A picture's depth is that of this stack, not of the call stack.
  struct Open {
    BlockId block;
    std::uint32_t span;  ///< of the block
    std::uint32_t at;    ///< innermost span: the block's, or a module's in it
    std::string_view scope;
    std::uint32_t next = 0;
    std::uint32_t next_child = 0;  ///< of the control node last met
    NodeId control;
  };

  std::uint32_t open_span(Span span);
  void close_span(std::uint32_t span) { outline_.spans[span].last = size(); }
  std::uint32_t push(const Entry& entry);
  std::uint32_t size() const { return static_cast<std::uint32_t>(outline_.entries.size()); }

  void walk(BlockId body, std::uint32_t span);
  bool step(std::vector<Open>& stack);
  void enter_scope(Open& open, std::string_view scope);
  void leave_modules(Open& open);
  void add_node(Open& open, NodeId node);
  void close_control(Open& open);
  void close_block(Open& open);
  bool made_inside(ValueId value, std::uint32_t span) const;

  void link_nodes(std::uint32_t first, std::uint32_t last);
  void link_node(std::uint32_t entry);
  void link_blocks(std::uint32_t head);
  void link_block(std::uint32_t head, BlockId block, std::uint32_t join);
  void change(std::span<const ValueId> operands, std::uint32_t entry);
  void leave_changes(std::uint32_t join);
  void link(ValueId value, std::uint32_t to);
  std::uint32_t producer(ValueId value);
  void drop_needless_controls(std::size_t first_link);

  const Graph& graph_;
  const Absorbed& absorbed_;
  std::vector<std::string_view> scopes_;
  std::vector<std::uint32_t> made_by_;                      ///< entry, by value
  std::vector<std::uint32_t> joins_;                        ///< entry, by node
  std::vector<std::uint32_t> yields_;                       ///< entry, by block
  std::vector<std::uint32_t> block_spans_;                  ///< span, by block
  std::vector<std::pair<ValueId, std::uint32_t>> changes_;  ///< lists, and the entries that changed them
  std::uint32_t function_span_ = 0;
  Outline outline_;
};

std::uint32_t Builder::open_span(Span span) {
  span.first = size();
  if (span.parent != kNowhere) {
    const Span& around = outline_.spans[span.parent];
    span.nesting = around.nesting + 1;
    span.module_level = around.module_level + (span.kind == Span::Kind::module ? 1 : 0);
    span.function = around.function;
  }
  outline_.spans.push_back(span);
  return static_cast<std::uint32_t>(outline_.spans.size() - 1);
}

std::uint32_t Builder::push(const Entry& entry) {
  outline_.entries.push_back(entry);
  return size() - 1;
}

void Builder::add(FunctionId id) {
  const Function& function = graph_[id];
  const Block& body = graph_[function.body];
  function_span_ = open_span({.kind = Span::Kind::function, .function = id});
  const std::uint32_t first = size();
  for (ValueId param : graph_[body.params]) {
    if (absorbed_[param]) continue;
    made_by_[param.raw] = push({.kind = Entry::Kind::input, .value = param, .span = function_span_});
  }
  walk(function.body, function_span_);
  for (ValueId output : graph_[body.outputs]) {
    push({.kind = Entry::Kind::output, .value = output, .span = function_span_});
  }
  link_nodes(first, size());
  close_span(function_span_);
}

void Builder::walk(BlockId body, std::uint32_t span) {
  std::vector<Open> stack{{.block = body, .span = span, .at = span, .scope = {}, .control = {}}};
  while (!stack.empty()) {
    if (step(stack)) continue;
    close_block(stack.back());
    stack.pop_back();
  }
}

/// One node, or one block of the control node last met; false at the end of the block.
bool Builder::step(std::vector<Open>& stack) {
  Open& open = stack.back();
  if (open.control) {
    const auto blocks = graph_[graph_[open.control].blocks];
    if (open.next_child == blocks.size()) {
      close_control(open);
      return true;
    }
    const BlockId block = blocks[open.next_child++];
    const std::uint32_t span = open_span({.kind = Span::Kind::block, .parent = open.at, .block = block});
    block_spans_[block.raw] = span;
    const std::string_view scope = scopes_[open.control.raw];
    stack.push_back({.block = block, .span = span, .at = span, .scope = scope, .control = {}});
    return true;
  }
  const auto nodes = graph_[graph_[open.block].nodes];
  if (open.next == nodes.size()) return false;
  add_node(open, nodes[open.next++]);
  return true;
}

void Builder::add_node(Open& open, NodeId node) {
  if (absorbed_[node]) return;
  enter_scope(open, scopes_[node.raw]);
  const bool control = graph_[node].blocks.count > 0;
  if (control) open.at = open_span({.kind = Span::Kind::control, .parent = open.at, .node = node});
  const std::uint32_t entry = push({.kind = Entry::Kind::node, .node = node, .span = open.at});
  if (control) {
    open.control = node;
    open.next_child = 0;
    for (BlockId block : graph_[graph_[node].blocks]) {
      for (ValueId param : graph_[graph_[block].params]) made_by_[param.raw] = entry;
    }
    return;
  }
  for (ValueId result : graph_[graph_[node].results]) {
    if (result) made_by_[result.raw] = entry;
  }
}

void Builder::close_control(Open& open) {
  const Node& node = graph_[open.control];
  if (node.results.count > 0 || is_loop(graph_, open.control)) {
    const std::uint32_t join = push({.kind = Entry::Kind::join, .node = open.control, .span = open.at});
    joins_[open.control.raw] = join;
    for (ValueId result : graph_[node.results]) {
      if (result) made_by_[result.raw] = join;
    }
  }
  close_span(open.at);
  open.at = outline_.spans[open.at].parent;
  open.control = {};
}

/// Closes modules that `scope` is not in, opens those it is in. `open.at` is a module's span or the block's.
void Builder::enter_scope(Open& open, std::string_view scope) {
  const std::string_view base = common_scope(open.scope, scope);
  while (open.at != open.span) {
    const std::string_view current = outline_.spans[open.at].scope;
    if (common_scope(current, scope) == current) break;
    close_span(open.at);
    open.at = outline_.spans[open.at].parent;
  }
  std::size_t end = open.at == open.span ? base.size() : outline_.spans[open.at].scope.size();
  while (end < scope.size() && outline_.spans[open.at].module_level < kMostModuleLevels) {
    const std::size_t dot = scope.find('.', end == 0 ? 0 : end + 1);
    end = dot == std::string_view::npos ? scope.size() : dot;
    open.at = open_span({.kind = Span::Kind::module, .parent = open.at, .scope = scope.substr(0, end)});
  }
}

void Builder::leave_modules(Open& open) {
  for (; open.at != open.span; open.at = outline_.spans[open.at].parent) close_span(open.at);
}

bool Builder::made_inside(ValueId value, std::uint32_t span) const {
  const std::uint32_t entry = made_by_[value.raw];
  return !absorbed_[value] && entry != kNowhere && entry >= outline_.spans[span].first;
}

void Builder::close_block(Open& open) {
  leave_modules(open);
  const Block& block = graph_[open.block];
  if (!block.owner) return;  // the body of a function
  const bool empty = size() == outline_.spans[open.span].first;
  const bool passes = !is_loop(graph_, block.owner) && std::ranges::any_of(graph_[block.outputs], [&](ValueId output) {
    return output && !made_inside(output, open.span);
  });
  if (empty || passes) {
    yields_[open.block.raw] = push({.kind = Entry::Kind::yield, .block = open.block, .span = open.span});
  }
  close_span(open.span);
}

void Builder::link_nodes(std::uint32_t first, std::uint32_t last) {
  const std::size_t first_link = outline_.links.size();
  for (std::uint32_t entry = first; entry < last; ++entry) {
    switch (outline_.entries[entry].kind) {
      case Entry::Kind::node:
        link_node(entry);
        break;
      case Entry::Kind::output:
        link(outline_.entries[entry].value, entry);
        break;
      case Entry::Kind::join:
        leave_changes(entry);
        break;
      default:
        break;
    }
  }
  drop_needless_controls(first_link);
}

void Builder::link_node(std::uint32_t entry) {
  const NodeId node = outline_.entries[entry].node;
  for (ValueId operand : graph_[graph_[node].operands]) {
    if (operand) link(operand, entry);
  }
  if (changes_container(graph_[graph_[node].op])) change(graph_[graph_[node].operands], entry);
  if (graph_[node].blocks.count == 0) return;
  const std::uint32_t join = joins_[node.raw];
  for (BlockId block : graph_[graph_[node].blocks]) link_block(entry, block, join);
  if (join != kNowhere && is_loop(graph_, node)) {
    outline_.links.push_back({.kind = Link::Kind::back, .from = join, .to = entry, .value = {}});
  }
}

/// Who uses a list from here on uses what was put into it here.
void Builder::change(std::span<const ValueId> operands, std::uint32_t entry) {
  if (operands.empty() || !operands[0] || absorbed_[operands[0]]) return;
  made_by_[operands[0].raw] = entry;
  changes_.emplace_back(operands[0], entry);
}

/// After a branch or loop, what was changed in it comes from its end.
void Builder::leave_changes(std::uint32_t join) {
  const std::uint32_t first = outline_.spans[outline_.entries[join].span].first;
  std::vector<ValueId> changed;
  for (; !changes_.empty() && changes_.back().second >= first; changes_.pop_back())
    changed.push_back(changes_.back().first);
  std::ranges::sort(changed);
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  for (ValueId value : changed) {
    made_by_[value.raw] = join;
    changes_.emplace_back(value, join);
  }
}

void Builder::link_block(std::uint32_t head, BlockId block, std::uint32_t join) {
  const std::uint32_t yield = yields_[block.raw];
  const std::uint32_t span = block_spans_[block.raw];
  const std::uint32_t first = outline_.spans[span].first;
  outline_.links.push_back({.kind = Link::Kind::control, .from = head, .to = first, .value = {}, .span = span});
  bool hands_on = join == kNowhere;
  for (ValueId output : graph_[graph_[block].outputs]) {
    if (!output) continue;
    const bool passed = yield != kNowhere && !made_inside(output, span);
    if (passed) link(output, yield);
    if (join == kNowhere) continue;
    hands_on = hands_on || passed || !absorbed_[output];
    if (passed) {
      outline_.links.push_back({.from = yield, .to = join, .value = output});
    } else {
      link(output, join);
    }
  }
  if (hands_on) return;
  const std::uint32_t last = outline_.spans[span].last - 1;
  outline_.links.push_back({.kind = Link::Kind::control, .from = last, .to = join, .value = {}});
}

void Builder::link(ValueId value, std::uint32_t to) {
  if (absorbed_[value]) return;
  outline_.links.push_back({.from = producer(value), .to = to, .value = value});
}

std::uint32_t Builder::producer(ValueId value) {
  std::uint32_t& entry = made_by_[value.raw];
  if (entry == kNowhere) {
    entry = push({.kind = Entry::Kind::unresolved, .value = value, .span = function_span_});
  }
  return entry;
}

/// A block that takes values from its head needs no further arrow to show where it is entered.
void Builder::drop_needless_controls(std::size_t first_link) {
  std::vector<bool> feeds(size(), false);
  const auto links = std::span(outline_.links).subspan(first_link);
  for (const Link& link : links) {
    const bool head = outline_.entries[link.from].kind == Entry::Kind::node;
    if (link.kind == Link::Kind::data && head) feeds[link.from] = true;
  }
  std::erase_if(outline_.links, [&](const Link& link) {
    return link.kind == Link::Kind::control && link.span != kNowhere && link.from < feeds.size() && feeds[link.from];
  });
}

enum class Direction : std::uint8_t { forward, backward, both };

/// Entries at most `radius` links away.
std::vector<bool> reached(const Outline& outline, std::span<const std::uint32_t> start, std::uint32_t radius,
                          Direction direction) {
  const std::size_t count = outline.entries.size();
  const bool forward = direction != Direction::backward;
  const bool backward = direction != Direction::forward;
  std::vector<std::uint32_t> first(count + 1, 0);  // neighbours of entry i: neighbours[first[i] .. first[i + 1])
  for (const Link& link : outline.links) {
    if (forward) ++first[link.from + 1];
    if (backward) ++first[link.to + 1];
  }
  for (std::size_t i = 0; i < count; ++i) first[i + 1] += first[i];
  std::vector<std::uint32_t> neighbours(first[count]);
  std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
  for (const Link& link : outline.links) {
    if (forward) neighbours[next[link.from]++] = link.to;
    if (backward) neighbours[next[link.to]++] = link.from;
  }
  std::vector<bool> seen(count, false);
  std::vector<std::uint32_t> border(start.begin(), start.end());
  for (std::uint32_t entry : border) seen[entry] = true;
  for (std::uint32_t distance = 0; distance < radius && !border.empty(); ++distance) {
    std::vector<std::uint32_t> further;
    for (std::uint32_t entry : border) {
      for (std::uint32_t i = first[entry]; i < first[entry + 1]; ++i) {
        if (seen[neighbours[i]]) continue;
        seen[neighbours[i]] = true;
        further.push_back(neighbours[i]);
      }
    }
    border = std::move(further);
  }
  return seen;
}

/// The outline without the entries that are not kept; those are counted at the border.
Outline keep_only(const Outline& outline, const std::vector<bool>& kept) {
  Outline out;
  std::vector<std::uint32_t> moved(outline.entries.size() + 1, 0);
  for (std::size_t i = 0; i < outline.entries.size(); ++i) {
    if (kept[i]) out.entries.push_back(outline.entries[i]);
    moved[i + 1] = static_cast<std::uint32_t>(out.entries.size());
  }
  out.spans = outline.spans;
  for (Span& span : out.spans) span.first = moved[span.first], span.last = moved[span.last];
  for (Link link : outline.links) {
    const bool from = kept[link.from];
    const bool to = kept[link.to];
    link.from = moved[link.from];
    link.to = moved[link.to];
    if (from && to) {
      out.links.push_back(link);
    } else if (from) {
      ++out.entries[link.from].hidden_users;
    } else if (to) {
      ++out.entries[link.to].hidden_sources;
    }
  }
  return out;
}

}  // namespace

bool is_loop(const Graph& graph, NodeId node) {
  const std::string_view op = graph[graph[node].op];
  return op == "prim::Loop" || op == "onnx::Loop" || op == "onnx::Scan";
}

Outline make_outline(const Graph& graph, std::span<const FunctionId> functions, const Absorbed& absorbed) {
  Builder builder(graph, absorbed);
  for (FunctionId function : functions) builder.add(function);
  return std::move(builder).take();
}

Outline neighbourhood(const Outline& outline, std::span<const std::uint32_t> centers, std::uint32_t radius) {
  return keep_only(outline, reached(outline, centers, radius, Direction::both));
}

Outline ways_between(const Outline& outline, std::span<const std::uint32_t> from, std::span<const std::uint32_t> to) {
  std::vector<bool> kept = reached(outline, from, UINT32_MAX, Direction::forward);
  const std::vector<bool> leads = reached(outline, to, UINT32_MAX, Direction::backward);
  for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = kept[i] && leads[i];
  return keep_only(outline, kept);
}

}  // namespace graphwitness::picture
