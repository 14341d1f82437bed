#include "frontends/torchscript/worker/debug_records.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "graphwitness/support/error.h"

namespace graphwitness::torchscript {
namespace {

constexpr std::string_view kStringTable = "FORMAT_WITH_STRING_TABLE";
constexpr std::string_view kTracer = "torch/jit/_trace.py";

/// "file(line): function"
std::optional<StackFrame> parse_frame(std::string_view line) {
  const std::size_t close = line.find("): ");
  if (close == line.npos) return std::nullopt;
  const std::size_t open = line.rfind('(', close);
  if (open == line.npos || open == 0) return std::nullopt;
  StackFrame frame{.file = std::string(line.substr(0, open)), .function = std::string(line.substr(close + 3))};
  const char* end = line.data() + close;
  const auto [rest, error] = std::from_chars(line.data() + open + 1, end, frame.line);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return frame;
}

/// The frames of a traced operation; nothing if the text is no Python stack under the tracer.
std::optional<std::vector<StackFrame>> parse_stack(std::string_view text) {
  if (text.find(kTracer) == text.npos) return std::nullopt;
  std::vector<StackFrame> frames;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::optional<StackFrame> frame = parse_frame(text.substr(0, end));
    if (!frame) return std::nullopt;
    const bool in_tracer = frame->file.ends_with(kTracer);
    // A function under `torch.jit.script_if_tracing` is called by a wrapper of the tracer's file.
    if (in_tracer && frame->function != "wrapper") return frames;
    if (!in_tracer) frames.push_back(std::move(*frame));
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  return std::nullopt;
}

std::uint32_t column_at(std::string_view line, std::size_t bytes) {
  const std::string_view before = line.substr(0, std::min(bytes, line.size()));
  const auto characters =
      std::ranges::count_if(before, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  return static_cast<std::uint32_t>(characters) + 1;
}

std::vector<std::size_t> line_starts_of(std::string_view text) {
  std::vector<std::size_t> starts{0};
  for (std::size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) starts.push_back(at + 1);
  return starts;
}

}  // namespace

namespace {

/// PyTorch ends the range of an expression before a bracket that closes it: `x + f(y` of `x + f(y)`.
std::size_t with_closing_brackets(std::string_view line, std::size_t start, std::size_t end) {
  const std::string_view marked = line.substr(start, end - start);
  for (const auto& [open, close] : {std::pair{'(', ')'}, std::pair{'[', ']'}}) {
    auto missing = std::ranges::count(marked, open) - std::ranges::count(marked, close);
    for (; missing > 0 && end < line.size() && line[end] == close; --missing) ++end;
  }
  return end;
}

}  // namespace

LineAndColumns locate(const DebugRange& range) {
  const DebugSource& source = *range.source;
  const auto after = std::ranges::upper_bound(source.line_starts, range.start);
  const std::size_t index = static_cast<std::size_t>(after - source.line_starts.begin()) - 1;
  const std::size_t start = source.line_starts[index];
  const std::string_view rest = std::string_view(source.text).substr(start);
  const std::string_view line = rest.substr(0, rest.find('\n'));
  LineAndColumns place{.line = source.first_line + static_cast<std::uint32_t>(index),
                       .column = column_at(line, range.start - start)};
  if (range.end > range.start && range.end - start <= line.size()) {
    place.end_column = column_at(line, with_closing_brackets(line, range.start - start, range.end - start));
  }
  return place;
}

/// Reads one record's pickle.
struct DebugRecords::Reader {
  DebugRecords& records;
  std::string name;
  Pickle pickle;
  std::vector<ItemId> table{};                                   ///< of text; empty in the older format
  std::unordered_map<std::uint32_t, const DebugSource*> seen{};  ///< by item of the pickle

  [[noreturn]] void fail() const { records.archive_.fail("`" + name + "` is not a debug record as PyTorch writes it"); }

  std::int64_t integer(ItemId item) const {
    if (!pickle.is(item, Item::Kind::integer)) fail();
    return pickle[item].bits;
  }
  std::uint64_t offset(ItemId item) const {
    const std::int64_t value = integer(item);
    if (value < 0) fail();
    return static_cast<std::uint64_t>(value);
  }
  std::span<const ItemId> fields(ItemId item, std::size_t least) const {
    const std::span<const ItemId> children = pickle.children(item);
    if (!pickle.is(item, Item::Kind::tuple) || children.size() < least) fail();
    return children;
  }
  std::string_view text(ItemId item) const {
    if (pickle.is(item, Item::Kind::string)) return pickle[item].text;
    if (pickle.is(item, Item::Kind::none)) return {};
    const std::uint64_t index = offset(item);
    if (index >= table.size() || !pickle.is(table[index], Item::Kind::string)) fail();
    return pickle[table[index]].text;
  }

  /// A list of integers is written as a call of `build_intlist` with the list.
  std::span<const ItemId> list(ItemId item) const {
    if (pickle.is(item, Item::Kind::list)) return pickle.children(item);
    if (!pickle.is(item, Item::Kind::call)) fail();
    const std::span<const ItemId> arguments = pickle.children(pickle.children(item)[1]);
    if (arguments.empty() || !pickle.is(arguments[0], Item::Kind::list)) fail();
    return pickle.children(arguments[0]);
  }

  std::string source_text(ItemId item) const {
    if (pickle.is(item, Item::Kind::string)) return std::string(pickle[item].text);
    std::string whole;
    for (ItemId line : list(item)) {
      whole += text(line);
      if (whole.size() > kMostText - records.text_) records.archive_.fail("`" + name + "` holds too much text");
    }
    return whole;
  }

  const DebugSource* source(ItemId item) {
    if (const auto known = seen.find(item.raw); known != seen.end()) return known->second;
    const std::span<const ItemId> parts = fields(item, 3);
    std::string text = source_text(parts[0]);
    if (text.empty()) return seen[item.raw] = nullptr;
    const std::string file(this->text(parts[1]));
    const std::uint64_t line = offset(parts[2]);
    const std::string key = file + '\n' + std::to_string(line) + '\n' + text;
    const auto [entry, fresh] = records.sources_.try_emplace(key);
    if (fresh) {
      records.text_ += key.size();
      DebugSource& source = entry->second;
      source.file = file;
      source.first_line = static_cast<std::uint32_t>(std::min<std::uint64_t>(line, UINT32_MAX / 2));
      if (auto stack = parse_stack(text)) {
        source.traced = true;
        source.stack = std::move(*stack);
      } else {
        source.line_starts = line_starts_of(text);
        source.text = std::move(text);
      }
    }
    return seen[item.raw] = &entry->second;
  }

  std::vector<DebugRange> read() {
    std::span<const ItemId> rows = fields(pickle.root(), 0);
    const bool has_table =
        rows.size() == 3 && pickle.is(rows[0], Item::Kind::string) && pickle[rows[0]].text == kStringTable;
    if (has_table) {
      const std::span<const ItemId> strings = fields(rows[1], 0);
      table.assign(strings.begin(), strings.end());
      rows = fields(rows[2], 0);
    }
    std::vector<DebugRange> ranges;
    for (ItemId row : rows) {
      const std::span<const ItemId> columns = fields(row, 2);
      const std::span<const ItemId> range = fields(columns[1], 3);
      ranges.push_back({.code_offset = offset(columns[0]),
                        .source = source(range[0]),
                        .start = offset(range[1]),
                        .end = offset(range[2])});
      DebugRange& last = ranges.back();
      if (last.source == nullptr || last.source->traced) continue;
      last.start = std::min<std::uint64_t>(last.start, last.source->text.size());
      last.end = std::min<std::uint64_t>(last.end, last.source->text.size());
    }
    std::ranges::stable_sort(ranges, {}, &DebugRange::code_offset);
    return ranges;
  }
};

const std::vector<DebugRange>& DebugRecords::ranges(const std::string& code_record) {
  const auto [entry, fresh] = by_record_.try_emplace(code_record);
  const std::string name = code_record + ".debug_pkl";
  if (!fresh || archive_.find(name) == nullptr) return entry->second;
  Reader reader{.records = *this, .name = name, .pickle = Pickle(archive_, name)};
  return entry->second = reader.read();
}

const DebugRange* DebugRecords::find(const std::string& code_record, std::uint64_t offset) {
  const std::vector<DebugRange>& all = ranges(code_record);
  const auto after = std::ranges::upper_bound(all, offset, {}, &DebugRange::code_offset);
  if (after == all.begin()) return nullptr;
  const DebugRange& range = *std::prev(after);
  return range.source == nullptr ? nullptr : &range;
}

std::vector<const DebugRange*> DebugRecords::within(const std::string& code_record, std::uint64_t first,
                                                    std::uint64_t last) {
  std::vector<const DebugRange*> found;
  const std::vector<DebugRange>& all = ranges(code_record);
  for (auto range = std::ranges::lower_bound(all, first, {}, &DebugRange::code_offset);
       range != all.end() && range->code_offset < last; ++range) {
    if (range->source != nullptr) found.push_back(&*range);
  }
  return found;
}

}  // namespace graphwitness::torchscript
