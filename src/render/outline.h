#pragma once
/// The order of everything a picture can show, before anything is folded: entries in one row, and spans of neighbours
/// that belong together (a function, a module, a control-flow node with its blocks).
///
/// Spans nest and follow the order of the file. Folding one to a box therefore never makes a circle of boxes where the
/// file had none: a module that is called twice is two spans.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "graphwitness/ir/graph.h"
#include "render/absorbed.h"

namespace graphwitness::picture {

inline constexpr std::uint32_t kNowhere = UINT32_MAX;

struct Entry {
  enum class Kind : std::uint8_t {
    input,
    node,   ///< of a node with blocks: its head, from which the blocks are entered
    join,   ///< of a node with blocks: where the blocks meet and the results come from
    yield,  ///< in a block: returns what the block did not make itself
    output,
    unresolved,  ///< a value that is used, but that nothing defines
  };
  Kind kind = Kind::node;
  NodeId node{};    ///< of node and join
  BlockId block{};  ///< of yield
  ValueId value{};  ///< of input, output and unresolved
  std::uint32_t span = 0;
  std::uint32_t hidden_sources = 0;  ///< neighbours that a focus left out
  std::uint32_t hidden_users = 0;
};

struct Span {
  enum class Kind : std::uint8_t { function, module, control, block };
  Kind kind = Kind::function;
  std::uint32_t parent = kNowhere;
  std::uint32_t first = 0;  ///< entries [first, last)
  std::uint32_t last = 0;
  std::uint32_t nesting = 0;       ///< spans around it
  std::uint32_t module_level = 0;  ///< modules around it, itself included
  FunctionId function{};
  NodeId node{};             ///< of control
  BlockId block{};           ///< of block
  std::string_view scope{};  ///< of module: its path
};

struct Link {
  enum class Kind : std::uint8_t {
    data,
    control,  ///< from a head into a block, or from the end of one that hands nothing on to where it ends
    back,     ///< from a loop's end to its head
  };
  Kind kind = Kind::data;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  ValueId value{};
  std::uint32_t span = kNowhere;  ///< of control: that of the block entered, if one is
};

struct Outline {
  std::vector<Entry> entries;
  std::vector<Span> spans;  ///< a span stands after the one around it
  std::vector<Link> links;
};

Outline make_outline(const Graph& graph, std::span<const FunctionId> functions, const Absorbed& absorbed);

/// Only the entries at most `radius` links away from one of `centers`; the others are counted at the border.
Outline neighbourhood(const Outline& outline, std::span<const std::uint32_t> centers, std::uint32_t radius);

/// Only the entries on a way along the links from one of `from` to one of `to`; empty when there is none.
Outline ways_between(const Outline& outline, std::span<const std::uint32_t> from, std::span<const std::uint32_t> to);

/// A loop of either format: its block is entered again.
bool is_loop(const Graph& graph, NodeId node);

}  // namespace graphwitness::picture
