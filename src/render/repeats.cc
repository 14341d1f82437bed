#include "render/repeats.h"

#include <algorithm>
#include <functional>
#include <string_view>

namespace graphwitness::picture {
namespace {

/// Fewer entries are as quickly read as a box that says how many there are.
constexpr std::uint32_t kFewestEntries = 3;

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9e3779b97f4a7c15U + (hash << 6U) + (hash >> 2U);
  return hash * 0xff51afd7ed558ccdU;
}

std::uint64_t hash_of_operand(const Graph& graph, const Absorbed& absorbed, ValueId operand) {
  if (!operand) return 1;
  if (!absorbed[operand]) return mix(2, graph[operand].type.raw);
  if (absorbed.is_parameter(operand)) return mix(3, absorbed.type(operand).raw);
  return mix(4, std::hash<std::string>{}(absorbed.text(operand)));
}

std::uint64_t hash_of_entry(const Graph& graph, const Absorbed& absorbed, const Entry& entry) {
  std::uint64_t hash = static_cast<std::uint64_t>(entry.kind);
  if (entry.kind != Entry::Kind::node) return hash;
  const Node& node = graph[entry.node];
  hash = mix(hash, node.op.raw);
  for (ValueId operand : graph[node.operands]) hash = mix(hash, hash_of_operand(graph, absorbed, operand));
  for (const Attribute& attribute : graph[node.attributes]) {
    const Literal& literal = graph[attribute.value];
    const bool plain = literal.kind == Literal::Kind::integer || literal.kind == Literal::Kind::floating ||
                       literal.kind == Literal::Kind::boolean;
    hash = mix(mix(hash, attribute.name.raw), plain ? static_cast<std::uint64_t>(literal.bits) : 0);
  }
  return hash;
}

}  // namespace

std::vector<std::uint64_t> hashes_of_modules(const Graph& graph, const Absorbed& absorbed, const Outline& outline) {
  const auto is_module = [](const Span& span) { return span.kind == Span::Kind::module; };
  std::vector<std::uint64_t> hashes(outline.spans.size(), 0);
  if (std::ranges::none_of(outline.spans, is_module)) return hashes;
  std::vector<std::uint64_t> entries;
  entries.reserve(outline.entries.size());
  for (const Entry& entry : outline.entries) entries.push_back(hash_of_entry(graph, absorbed, entry));
  // Where each operand comes from, counted backwards: the same number in equal modules, unless it is outside.
  std::vector<std::vector<std::uint32_t>> distances(outline.entries.size());
  for (const Link& link : outline.links) {
    if (link.kind == Link::Kind::data && link.from < link.to) distances[link.to].push_back(link.to - link.from);
  }
  for (std::size_t i = 0; i < outline.spans.size(); ++i) {
    const Span& span = outline.spans[i];
    if (!is_module(span)) continue;
    std::uint64_t hash = mix(5, span.last - span.first);
    for (std::uint32_t entry = span.first; entry < span.last; ++entry) {
      hash = mix(hash, entries[entry]);
      for (std::uint32_t distance : distances[entry]) hash = mix(hash, distance <= entry - span.first ? distance : 0);
    }
    hashes[i] = hash;
  }
  return hashes;
}

std::vector<std::vector<std::uint32_t>> repeated_modules(const Outline& outline,
                                                         const std::vector<std::uint64_t>& hashes, std::size_t fewest) {
  // The row of equal modules that ends right before the next child of each span.
  std::vector<std::vector<std::uint32_t>> open(outline.spans.size());
  std::vector<std::vector<std::uint32_t>> rows;
  const auto close = [&](std::vector<std::uint32_t>& row) {
    if (row.size() >= fewest) rows.push_back(row);
    row.clear();
  };
  for (std::uint32_t i = 0; i < outline.spans.size(); ++i) {
    const Span& span = outline.spans[i];
    if (span.kind != Span::Kind::module || span.parent == kNowhere) continue;
    std::vector<std::uint32_t>& row = open[span.parent];
    const bool goes_on =
        !row.empty() && outline.spans[row.back()].last == span.first && hashes[row.back()] == hashes[i];
    if (!goes_on) close(row);
    if (span.last - span.first >= kFewestEntries) row.push_back(i);
  }
  for (std::vector<std::uint32_t>& row : open) close(row);
  std::ranges::sort(rows);
  return rows;
}

}  // namespace graphwitness::picture
