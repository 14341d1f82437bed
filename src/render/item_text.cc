#include "render/item_text.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "ir/argument_names.h"
#include "ir/carried_line.h"
#include "render/labels.h"
#include "support/escape.h"

namespace graphwitness::picture {
namespace {

constexpr std::size_t kTitle = 48;      // characters
constexpr std::size_t kPath = 144;      // characters, before it is cut to what its frame does not say
constexpr std::size_t kRow = 44;        // characters
constexpr std::size_t kRows = 8;        // of one sort in a box
constexpr std::size_t kOperators = 36;  // characters of their names in a folded box
constexpr std::size_t kTooltip = 2000;
/// The attribute in which the ONNX reader keeps the names of a node's blocks, in their order.
constexpr std::string_view kBlockNames = "blocks";
/// The attribute in which the TorchScript reader keeps which of an operator's schemas is meant.
constexpr std::string_view kOverload = "overload";

std::string plural(std::size_t count, std::string_view what) {
  return count_text(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

/// "a, b, c" in lines of about kRow characters, at most kRows of them.
void add_wrapped(const std::vector<std::string>& words, std::vector<Row>& rows) {
  std::string line;
  std::size_t lines = 0;
  for (const std::string& word : words) {
    if (line.empty()) {
      line = word;
      continue;
    }
    if (line.size() + word.size() + 2 <= kRow) {
      line += ", " + word;
      continue;
    }
    rows.push_back({shortened(line + ",", kRow), Row::Style::plain});
    if (++lines == kRows) {
      rows.push_back({"…", Row::Style::plain});
      return;
    }
    line = word;
  }
  if (!line.empty()) rows.push_back({shortened(line, kRow), Row::Style::plain});
}

/// One row for parameters of equal type: "weight, bias  f32[64]".
void add_parameters(const std::vector<std::pair<std::string, std::string>>& parameters, std::vector<Row>& rows) {
  for (std::size_t i = 0; i < parameters.size();) {
    if (i == kRows * 2) {
      rows.push_back({"… and " + std::to_string(parameters.size() - i) + " more", Row::Style::parameter});
      return;
    }
    std::string names = parameters[i].first;
    const std::string& type = parameters[i].second;
    for (++i; i < parameters.size() && parameters[i].second == type; ++i) {
      if (names.size() + parameters[i].first.size() + type.size() > kRow) break;
      names += ", " + parameters[i].first;
    }
    rows.push_back({shortened(names, kRow) + (type.empty() ? "" : "  " + type), Row::Style::parameter});
  }
}

std::string without_suffix(std::string_view text, std::string_view suffix) {
  return shortened(text.substr(0, text.size() - (text.ends_with(suffix) ? suffix.size() : 0)), kTitle);
}

/// "11.7 M", "512 ": what is counted follows.
std::string short_number(double number) {
  constexpr std::array kUnits{"", "k", "M", "G", "T"};
  std::size_t unit = 0;
  for (; number >= 1000 && unit + 1 < kUnits.size(); ++unit) number /= 1000;
  std::string text = std::to_string(number);
  text.erase(unit == 0 ? text.find('.') : text.find('.') + 2);
  if (text.ends_with(".0")) text.erase(text.size() - 2);
  return text + " " + kUnits[unit];
}

/// Not only a shape, a number, a list or control flow.
bool computes_tensor(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  const auto results = graph[node.results];
  if (results.empty() || !results[0] || node.blocks.count > 0) return false;
  const Type::Kind kind = graph[graph[results[0]].type].kind;
  return category_of(graph[node.op]) == Category::compute &&
         (kind == Type::Kind::tensor || (kind == Type::Kind::unknown && graph.format() == Format::onnx));
}

/// What the compiler writes for "no limit" and "no condition".
bool is_for_ever(std::string_view text) { return text == "true" || text == "9223372036854775807"; }

std::string last_component(std::string_view path) { return std::string(path.substr(path.rfind('.') + 1)); }

}  // namespace

std::size_t operation_count(const Outline& outline, const Piece& piece) {
  return static_cast<std::size_t>(std::count_if(outline.entries.begin() + piece.first,
                                                outline.entries.begin() + piece.last,
                                                [](const Entry& entry) { return entry.kind == Entry::Kind::node; }));
}

ItemText::ItemText(const Graph& graph, const Absorbed& absorbed, const Outline& outline)
    : graph_(graph), absorbed_(absorbed), outline_(outline) {
  for (ModuleId module : graph.modules()) modules_.emplace(graph[graph[module].path], module);
}

std::string ItemText::module_label(std::string_view path) const {
  const auto found = modules_.find(path);
  const std::string type = found == modules_.end() ? "" : last_component(graph_[graph_[found->second].type]);
  const std::string shown = shortened(path, kPath);
  return type.empty() ? shown : shown + " · " + type;
}

std::string ItemText::block_label(BlockId block) const {
  std::string label = block_name(block);
  const LocationId at = graph_[graph_[block].owner].loc;
  if (!at || graph_[at].line == 0) return label;
  label += " · line " + std::to_string(graph_[at].line);
  std::string_view line = carried_line(graph_, graph_[at]);
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line.empty() ? label : label + ": " + shortened(line, kTitle);
}

std::string ItemText::block_name(BlockId block) const {
  const NodeId owner = graph_[block].owner;
  const auto blocks = graph_[graph_[owner].blocks];
  const auto index = static_cast<std::size_t>(std::ranges::find(blocks, block) - blocks.begin());
  const Literal* names = graph_.attribute(owner, kBlockNames);
  if (names && index < names->elements.count) {
    const Literal& name = graph_[graph_[names->elements][index]];
    if (name.kind == Literal::Kind::string) return without_suffix(graph_.text(name), "_branch");
  }
  const std::string_view op = short_op(graph_[graph_[owner].op]);
  if (op == "If" && index < 2) return index == 0 ? "then" : "else";
  return blocks.size() == 1 ? "body" : "block " + std::to_string(index + 1);
}

std::string ItemText::arrow_label(const Link& link) const {
  if (!link.value) return "";
  const Value& value = graph_[link.value];
  std::string type = shortened(type_text(graph_, value.type), kRow);
  if (value.def != Value::Def::block || outline_.entries[link.from].kind != Entry::Kind::node) return type;
  const std::string name = shortened(graph_[value.name], kRow / 2);
  return name.empty() || type.empty() ? name + type : name + ": " + type;
}

std::string ItemText::arrow_tooltip(const Link& link) const {
  return link.value ? shortened(graph_[graph_[link.value].name], kTooltip) : "";
}

Item ItemText::item(const Piece& piece) const {
  const bool single_entry = piece.span == kNowhere && piece.last - piece.first == 1;
  return single_entry ? single(outline_.entries[piece.first]) : folded(piece);
}

Item ItemText::single(const Entry& entry) const {
  Item item;
  switch (entry.kind) {
    case Entry::Kind::node:
      item = node(entry.node);
      break;
    case Entry::Kind::join:
      item = join(entry.node);
      break;
    case Entry::Kind::yield:
      item = yield(entry.block);
      break;
    default:
      item = value(entry);
      break;
  }
  return item;
}

Item ItemText::node(NodeId id) const {
  const Node& node = graph_[id];
  const std::string_view op = graph_[node.op];
  Item item;
  item.category = node.blocks.count > 0 ? Category::control : category_of(op);
  item.title = shortened(short_op(op), kTitle);
  add_operands(id, item.rows);
  if (node.blocks.count > 0) add_source_line(id, item);
  item.tooltip = tooltip(id);
  return item;
}

/// What decides, as the user wrote it: "if x.sum() > 0:", and where that stands.
void ItemText::add_source_line(NodeId id, Item& item) const {
  const LocationId at = graph_[id].loc;
  if (!at || graph_[at].line == 0) return;
  std::string_view line = carried_line(graph_, graph_[at]);
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  if (!line.empty()) item.rows.push_back({shortened(line, kTitle), Row::Style::plain});
  const std::string_view file = graph_[graph_[at].file];
  item.subtitle = shortened(file.substr(file.rfind('/') + 1), kTitle) + ":" + std::to_string(graph_[at].line);
}

/// The last of the equal modules that a piece stands for.
std::string_view ItemText::last_scope(const Piece& piece) const {
  std::uint32_t at = outline_.entries[piece.last - 1].span;
  while (outline_.spans[at].parent != outline_.spans[piece.span].parent) at = outline_.spans[at].parent;
  return outline_.spans[at].scope;
}

/// "11.7 M parameters, 46.8 MB", of the tensors that the operations of a piece read.
std::string ItemText::parameters_text(const Piece& piece) const {
  std::set<std::uint32_t> seen;
  double elements = 0;
  double bytes = 0;
  for (std::uint32_t i = piece.first; i < piece.last; ++i) {
    const Entry& entry = outline_.entries[i];
    if (entry.kind != Entry::Kind::node) continue;
    for (ValueId operand : graph_[graph_[entry.node].operands]) {
      if (!operand || !absorbed_[operand] || !absorbed_.is_parameter(operand)) continue;
      const TensorId tensor = absorbed_.tensor(operand);
      if (!tensor || !seen.insert(tensor.raw).second) continue;
      const Type& type = graph_[graph_[tensor].type];
      double count = type.ranked ? 1 : 0;
      for (const Dim& dim : graph_[type.dims]) count *= static_cast<double>(std::max<std::int64_t>(dim.extent, 0));
      elements += count;
      bytes += count * static_cast<double>(byte_size(type.dtype));
    }
  }
  if (elements == 0) return "";
  const std::string count = short_number(elements);
  return count + (count.ends_with(' ') ? "parameters, " : " parameters, ") + short_number(bytes) + "B";
}

void ItemText::add_operands(NodeId id, std::vector<Row>& rows) const {
  const Node& node = graph_[id];
  const auto operands = graph_[node.operands];
  std::vector<std::pair<std::string, std::string>> parameters;
  std::vector<std::string> constants;
  std::string_view names = argument_names(graph_[node.op], operands.size());
  for (ValueId operand : operands) {
    const std::string_view name = names.substr(0, names.find(' '));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    if (!operand || !absorbed_[operand]) continue;
    if (absorbed_.is_parameter(operand)) {
      parameters.emplace_back(absorbed_.name(operand), type_text(graph_, absorbed_.type(operand)));
      continue;
    }
    const std::string text = absorbed_.text(operand);
    if (text == "None" || text.ends_with("=None") || (is_loop(graph_, id) && is_for_ever(text))) continue;
    // An attribute of a module names itself: "bias=None".
    const bool is_named = name.empty() || text.starts_with(std::string(name) + "=");
    constants.push_back(shortened(is_named ? text : std::string(name) + "=" + text, kRow));
  }
  add_attributes(id, constants);
  add_parameters(parameters, rows);
  add_wrapped(constants, rows);
}

void ItemText::add_attributes(NodeId node, std::vector<std::string>& constants) const {
  for (const Attribute& attribute : graph_[graph_[node].attributes]) {
    if (graph_[attribute.name] == kBlockNames || graph_[attribute.name] == kOverload) continue;
    const std::string text = literal_text(graph_, graph_[attribute.value]);
    constants.push_back(shortened(std::string(graph_[attribute.name]) + "=" + text, kRow));
  }
}

std::string ItemText::tooltip(NodeId id) const {
  const Node& node = graph_[id];
  std::string out(graph_[node.op]);
  const Literal* overload = graph_.attribute(id, kOverload);
  if (overload && overload->kind == Literal::Kind::string) out.append(".").append(graph_.text(*overload));
  if (node.name) out += "\n" + std::string(graph_[node.name]);
  std::size_t shown = 0;
  for (ValueId result : graph_[node.results]) {
    if (!result) continue;
    if (++shown > kRows) break;
    out += "\n%" + std::string(graph_[graph_[result].name]) + "  " + type_text(graph_, graph_[result].type);
  }
  if (shown > kRows) out += "\n… (" + std::to_string(node.results.count) + " results)";
  if (const std::string location = location_text(graph_, node.loc); !location.empty()) out += "\n" + location;
  return shortened(out, kTooltip);
}

Item ItemText::join(NodeId id) const {
  Item item{.category = Category::join, .title = "end of " + shortened(short_op(graph_[graph_[id].op]), kTitle)};
  if (!is_loop(graph_, id)) return item;
  for (BlockId block : graph_[graph_[id].blocks]) {
    const auto outputs = graph_[graph_[block].outputs];
    for (std::size_t i = 0; i < outputs.size() && item.rows.size() < kRows; ++i) {
      if (!outputs[i] || !absorbed_[outputs[i]]) continue;
      const std::string text = shortened(absorbed_.text(outputs[i]), kRow);
      if (i == 0 && is_for_ever(text)) continue;
      item.rows.push_back({(i == 0 ? "go on: " : "next: ") + text, Row::Style::plain});
    }
  }
  item.tooltip = tooltip(id);
  return item;
}

Item ItemText::yield(BlockId block) const {
  const auto outputs = graph_[graph_[block].outputs];
  Item item{.category = Category::join, .title = outputs.empty() ? "nothing to do" : "result"};
  for (ValueId output : outputs) {
    if (!output || !absorbed_[output]) continue;
    if (item.rows.size() == kRows) {
      item.rows.push_back({"… (" + std::to_string(outputs.size()) + " results)", Row::Style::plain});
      break;
    }
    item.rows.push_back({shortened(absorbed_.text(output), kRow), Row::Style::plain});
  }
  return item;
}

Item ItemText::value(const Entry& entry) const {
  const Value& value = graph_[entry.value];
  const std::string type = type_text(graph_, value.type);
  Item item{.title = shortened(graph_[value.name], kTitle), .tooltip = shortened(graph_[value.name], kTooltip)};
  if (item.title.empty()) item.title = entry.kind == Entry::Kind::output ? "output" : "(no name)";
  if (!type.empty()) item.rows.push_back({shortened(type, kRow), Row::Style::plain});
  switch (entry.kind) {
    case Entry::Kind::input:
      item.category = Category::input;
      break;
    case Entry::Kind::output:
      item.category = Category::output;
      if (absorbed_[entry.value])
        item.rows.push_back({shortened(absorbed_.text(entry.value), kRow), Row::Style::plain});
      break;
    default:
      item.category = value.def == Value::Def::constant ? Category::container : Category::unresolved;
      if (value.def == Value::Def::unresolved) item.rows.push_back({"produced by no node", Row::Style::alarm});
      if (value.def == Value::Def::constant) item.rows.push_back({"constant", Row::Style::faint});
      if (value.def == Value::Def::node || value.def == Value::Def::block) {
        item.rows.push_back({"made where this use cannot see it", Row::Style::alarm});
      }
  }
  return item;
}

bool ItemText::reads_parameter(NodeId node) const {
  return std::ranges::any_of(graph_[graph_[node].operands], [&](ValueId operand) {
    return operand && absorbed_[operand] && absorbed_.is_parameter(operand);
  });
}

std::string ItemText::main_operators(const Piece& piece) const {
  std::map<std::string_view, std::size_t> counts;
  // Named first: what has weights, then what computes; checks and sizes say little of what a module does.
  std::set<std::string_view> computing;
  std::set<std::string_view> weighted;
  for (std::uint32_t i = piece.first; i < piece.last; ++i) {
    const Entry& entry = outline_.entries[i];
    if (entry.kind != Entry::Kind::node) continue;
    const std::string_view op = short_op(graph_[graph_[entry.node].op]);
    ++counts[op];
    if (!computes_tensor(graph_, entry.node)) continue;
    computing.insert(op);
    if (!op.ends_with('_') && reads_parameter(entry.node)) weighted.insert(op);
  }
  std::vector<std::pair<std::string_view, std::size_t>> order(counts.begin(), counts.end());
  std::ranges::stable_sort(order, std::ranges::greater{}, [&](const auto& counted) {
    return std::tuple(weighted.contains(counted.first), computing.contains(counted.first), counted.second);
  });
  std::string out;
  for (const auto& [op, count] : order) {
    std::string text = shortened(op, kRow / 2);
    if (count > 1) text += " ×" + count_text(count);
    if (!out.empty() && out.size() + text.size() > kOperators) return out + ", …";
    out += (out.empty() ? "" : ", ") + text;
  }
  return out;
}

Item ItemText::folded_values(Entry::Kind kind, std::size_t count) const {
  if (kind == Entry::Kind::input)
    return {.category = Category::input, .title = plural(count, "input"), .folded = count};
  if (kind == Entry::Kind::output) {
    return {.category = Category::output, .title = plural(count, "output"), .folded = count};
  }
  return {.category = Category::unresolved, .title = plural(count, "value") + " produced by no node", .folded = count};
}

Item ItemText::folded(const Piece& piece) const {
  const std::size_t operations = operation_count(outline_, piece);
  Item item{.category = Category::module, .folded = piece.last - piece.first};
  if (piece.span == kNowhere) {
    const Entry::Kind kind = outline_.entries[piece.first].kind;
    if (kind == Entry::Kind::input || kind == Entry::Kind::output || kind == Entry::Kind::unresolved) {
      return folded_values(kind, piece.last - piece.first);
    }
    item.title = plural(operations, "operation");
  } else if (outline_.spans[piece.span].kind == Span::Kind::module) {
    const std::string_view path = outline_.spans[piece.span].scope;
    const auto found = modules_.find(path);
    item.title = shortened(path, kPath);
    item.tooltip = module_label(path);
    item.repeats = piece.repeats;
    if (piece.repeats > 1) {
      item.title += " … " + shortened(last_scope(piece), kPath) + "  ×" + std::to_string(piece.repeats);
    }
    if (found != modules_.end()) item.subtitle = last_component(graph_[graph_[found->second].type]);
    std::string count = plural(operations / piece.repeats, "operation");
    if (piece.repeats > 1) count += " each, " + count_text(operations) + " in all";
    item.rows.push_back({std::move(count), Row::Style::faint});
  } else {
    item.category = Category::control;
    item.title = shortened(short_op(graph_[graph_[outline_.spans[piece.span].node].op]), kTitle);
    item.rows.push_back({plural(operations, "operation"), Row::Style::faint});
    item.tooltip = tooltip(outline_.spans[piece.span].node);
    add_source_line(outline_.spans[piece.span].node, item);
  }
  if (const std::string parameters = parameters_text(piece); !parameters.empty()) {
    Row* const count = item.rows.empty() ? nullptr : &item.rows.back();
    if (count != nullptr && count->style == Row::Style::faint && count->text.size() + parameters.size() < kRow) {
      count->text += " · " + parameters;
    } else {
      item.rows.push_back({parameters, Row::Style::parameter});
    }
  }
  if (operations > 1) item.rows.push_back({main_operators(piece), Row::Style::faint});
  return item;
}

}  // namespace graphwitness::picture
