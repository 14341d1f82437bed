#include "verify/torch/places.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>
#include <vector>

namespace graphwitness::verify::worker {

namespace jit = torch::jit;

namespace {

/// The text of the Python function, and the part of it that the node stands for.
struct Text {
  std::string all;
  std::size_t start = 0;
  std::size_t end = 0;
};

std::optional<Text> text_of(const jit::Node* node) {
  const auto range = node->sourceRange().findSourceRangeThatGenerated();
  if (!range || !range->source()) return std::nullopt;
  Text text{range->source()->text_str().str(), range->start(), range->end()};
  if (text.start > text.end || text.end > text.all.size()) return std::nullopt;
  return text;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

/// "int(...)", the whole of it one call.
bool is_int_call(std::string_view text) {
  text = trimmed(text);
  if (!text.starts_with("int(") || !text.ends_with(')')) return false;
  int depth = 0;
  for (std::size_t i = 3; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) return i + 1 == text.size();
  }
  return false;
}

/// What stands between the commas of the outermost brackets that start at `open`.
std::vector<std::string_view> items_in(std::string_view text, std::size_t open) {
  std::vector<std::string_view> items;
  int depth = 0;
  std::size_t start = open + 1;
  for (std::size_t i = open; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(' || c == '[' || c == '{') ++depth;
    const bool closes = c == ')' || c == ']' || c == '}';
    if (closes) --depth;
    if ((c == ',' && depth == 1) || (closes && depth == 0)) {
      const std::string_view item = trimmed(text.substr(start, i - start));
      if (!item.empty()) items.push_back(item);
      start = i + 1;
    }
    if (closes && depth == 0) break;
  }
  return items;
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return is_word(c) && c != '.'; });
}

/// Whether the last assignment to the name before `before` is one of `int(...)`.
bool assigned_int(std::string_view text, std::string_view name, std::size_t before) {
  std::size_t at = std::min(before, text.size());
  while (at != 0) {
    at = text.rfind(name, at - 1);
    if (at == text.npos) return false;
    const bool alone =
        (at == 0 || !is_word(text[at - 1])) && (at + name.size() < text.size() && !is_word(text[at + name.size()]));
    if (!alone) continue;
    std::string_view rest = text.substr(at + name.size());
    rest = rest.substr(0, std::min(rest.find('\n'), rest.find('#')));
    rest = trimmed(rest);
    if (!rest.starts_with('=') || rest.starts_with("==")) continue;
    return is_int_call(rest.substr(1));
  }
  return false;
}

bool of_library(std::string_view file) { return file.find("/torch/") != file.npos || file.starts_with("torch/"); }

std::optional<Place> place(const jit::Node* node) {
  const auto range = node->sourceRange().findSourceRangeThatGenerated();
  if (!range || !range->source()) return std::nullopt;
  const auto found = range->file_line_col();
  if (!found) return std::nullopt;
  const auto& [file, line, column] = *found;
  Place result{.file = file, .line = static_cast<std::uint32_t>(line)};
  const std::string text = range->text().str();
  result.column = static_cast<std::uint32_t>(column + 1);
  if (text.find('\n') == text.npos) result.end_column = static_cast<std::uint32_t>(column + 1 + text.size());
  // The name after the first `def` of the function's text.
  const std::string all = range->source()->text_str().str();
  const std::size_t def = all.find("def ");
  if (def != all.npos) {
    const std::size_t open = all.find('(', def);
    if (open != all.npos) result.function = std::string(trimmed(std::string_view(all).substr(def + 4, open - def - 4)));
  }
  return result;
}

}  // namespace

Place place_of(std::span<const jit::Node* const> chain) {
  std::optional<Place> first;
  for (const jit::Node* node : chain) {
    std::optional<Place> found = place(node);
    if (!found) continue;
    if (!of_library(found->file)) return *found;
    if (!first) first = std::move(found);
  }
  return first.value_or(Place{});
}

bool inside_int(const jit::Node* node) {
  const auto text = text_of(node);
  if (!text) return false;
  std::size_t start = text->start;
  std::size_t end = text->end;
  while (start > 0 && text->all[start - 1] == ' ') --start;
  while (end < text->all.size() && text->all[end] == ' ') ++end;
  if (start < 4 || text->all.compare(start - 4, 4, "int(") != 0) return false;
  if (start > 4 && is_word(text->all[start - 5])) return false;
  return end < text->all.size() && text->all[end] == ')';
}

bool item_inside_int(const jit::Node* list, std::size_t index) {
  const auto& uses = list->output()->uses();
  if (uses.size() != 1) return false;
  const auto text = text_of(uses[0].user);
  if (!text) return false;
  const std::string_view call = std::string_view(text->all).substr(text->start, text->end - text->start);
  const std::size_t wanted = list->inputs().size();
  for (std::size_t open = 0; open < call.size(); ++open) {
    if (call[open] != '(' && call[open] != '[') continue;
    const std::vector<std::string_view> items = items_in(call, open);
    // A function such as `torch.zeros` may have further arguments, by name.
    const auto named = static_cast<std::size_t>(
        std::ranges::count_if(items, [](std::string_view item) { return item.find('=') != item.npos; }));
    if (items.size() - named != wanted || index >= items.size()) continue;
    if (is_int_call(items[index])) return true;
    if (is_name(items[index]) && assigned_int(text->all, items[index], text->start)) return true;
  }
  return false;
}

bool stays_script(const jit::Graph& graph) {
  for (const jit::Node* node : graph.nodes()) {
    const auto text = text_of(node);
    if (!text) continue;
    const std::string_view head = std::string_view(text->all).substr(0, text->all.find("def "));
    if (text->all.find("def ") == text->all.npos) continue;
    return head.find("jit.script") != head.npos || head.find("@script") != head.npos;
  }
  return false;
}

}  // namespace graphwitness::verify::worker
