#include "rules/exporter_table.h"

#include <algorithm>
#include <charconv>

namespace graphwitness {
namespace {

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return head;
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string_view word_after(std::string_view line, std::string_view mark) {
  const std::size_t at = line.find(mark);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + mark.size());
  return line.substr(0, line.find_first_of(" ,;"));
}

ExporterTable::Standing standing_of(char mark) {
  switch (mark) {
    case '+':
      return ExporterTable::Standing::lowered;
    case '?':
      return ExporterTable::Standing::partly;
    case '!':
      return ExporterTable::Standing::refused;
    default:
      return ExporterTable::Standing::none;
  }
}

/// "2.weight=None", "3.dim!=1", "4.align_corners", "!3.largest"
ArgumentTest argument_test(std::string_view text) {
  ArgumentTest test;
  if (text.starts_with('!')) {
    test.kind = ArgumentTest::Kind::is_false;
    text.remove_prefix(1);
  }
  test.index = static_cast<std::size_t>(number(take_until(text, '.')));
  if (const std::size_t equals = text.find('='); equals != std::string_view::npos) {
    test.value = text.substr(equals + 1);
    test.kind = text[equals - 1] == '!' ? ArgumentTest::Kind::differs : ArgumentTest::Kind::equals;
    text = text.substr(0, text[equals - 1] == '!' ? equals - 1 : equals);
  }
  test.name = text;
  return test;
}

}  // namespace

ExporterTable::ExporterTable(std::string_view text) {
  read_head(take_until(text, '\n'));
  while (!text.empty()) {
    const std::string_view line = take_until(text, '\n');
    if (!line.empty()) read_entry(line);
  }
}

void ExporterTable::read_head(std::string_view line) {
  version_ = word_after(line, "PyTorch ");
  oldest_ = number(word_after(line, "opsets "));
  newest_ = number(word_after(line, " to "));
}

void ExporterTable::read_entry(std::string_view line) {
  const std::string_view name = take_until(line, '\t');
  std::string_view changes = take_until(line, '\t');
  Entry entry;
  while (!changes.empty()) {
    const std::string_view change = take_until(changes, ' ');
    entry.changes.push_back({number(change), standing_of(change.back())});
  }
  entry.refusals = take_until(line, '\t');
  std::string_view overloads = take_until(line, '\t');
  while (!overloads.empty()) {
    std::string_view overload = take_until(overloads, ' ');
    const std::string_view overload_name = take_until(overload, '@');
    const std::size_t dots = overload.find("..");
    entry.not_taken.push_back({overload_name, number(overload), number(overload.substr(dots + 2))});
  }
  while (!line.empty()) {
    std::string_view text = take_until(line, ' ');
    std::string_view tests = take_until(text, '@');
    Condition condition{.first = number(text), .last = number(text.substr(text.find("..") + 2))};
    while (!tests.empty()) condition.tests.push_back(argument_test(take_until(tests, '&')));
    entry.conditions.push_back(std::move(condition));
  }
  entries_.emplace(name, std::move(entry));
}

const ExporterTable::Entry* ExporterTable::find(std::string_view op) const {
  // The exporter looks a kind up without one trailing `_`, in-place or not.
  if (op.ends_with('_')) op.remove_suffix(1);
  const auto found = entries_.find(op);
  return found == entries_.end() ? nullptr : &found->second;
}

ExporterTable::Standing ExporterTable::standing(std::string_view op, std::string_view overload,
                                                std::int64_t opset) const {
  const Entry* entry = find(op);
  if (entry == nullptr || opset < oldest_ || opset > newest_) return Standing::none;
  if (overload.empty()) overload = "default";
  for (const Overload& wrong : entry->not_taken) {
    if (wrong.name == overload && opset >= wrong.first && opset <= wrong.last) return Standing::none;
  }
  Standing standing = Standing::none;
  for (const Change& change : entry->changes) {
    if (change.opset <= opset) standing = change.standing;
  }
  return standing;
}

std::vector<std::span<const ArgumentTest>> ExporterTable::conditions(std::string_view op, std::int64_t opset) const {
  std::vector<std::span<const ArgumentTest>> found;
  const Entry* entry = find(op);
  if (entry == nullptr) return found;
  for (const Condition& condition : entry->conditions) {
    if (opset >= condition.first && opset <= condition.last) found.emplace_back(condition.tests);
  }
  return found;
}

std::string_view ExporterTable::refusals(std::string_view op) const {
  const Entry* entry = find(op);
  return entry == nullptr ? std::string_view() : entry->refusals;
}

std::int64_t ExporterTable::first_opset(std::string_view op, std::string_view overload, std::int64_t from) const {
  for (std::int64_t opset = std::max(from, oldest_); opset <= newest_; ++opset) {
    if (is_exported(op, overload, opset)) return opset;
  }
  return 0;
}

std::vector<ExporterTable> exporter_tables() {
  std::vector<ExporterTable> tables;
  for (std::string_view text : exporter_table_texts()) tables.emplace_back(text);
  return tables;
}

}  // namespace graphwitness
