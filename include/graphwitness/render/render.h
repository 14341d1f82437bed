#pragma once
/// Pictures of graphs: DOT, and laid out as SVG, PNG or PDF.
///
/// The same graph and options give the same bytes with the same Graphviz and fonts. Limits: what is laid out holds at
/// most kMostLaidOut boxes (DOT has no limit); blocks that nest deeper than 24 levels are drawn as one box each.
/// Not for use from two threads at once: Graphviz keeps global state.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

enum class PictureFormat : std::uint8_t { dot, svg, png, pdf };

/// Graphviz needs minutes, and a deep stack, beyond this.
inline constexpr std::uint32_t kMostLaidOut = 2000;

/// Something to point out: what a rule found, or a step on the way to it. Names a node or a value.
struct Mark {
  enum class Kind : std::uint8_t { none, trail, flagged };
  Kind kind = Kind::flagged;
  NodeId node{};
  ValueId value{};        ///< used when `node` is none: an input, a block parameter, or the result of a node
  std::string message{};  ///< shown on a flagged node, in the tooltip of the others
};

struct RenderOptions {
  static constexpr std::uint32_t kAll = UINT32_MAX;
  /// Fewer would not hold the inputs, the outputs, the legend and the note.
  static constexpr std::uint32_t kFewestNodes = 8;

  PictureFormat format = PictureFormat::dot;
  std::string title{};            ///< above the picture: the model's name
  std::uint32_t depth = kAll;     ///< levels of modules drawn open; deeper modules are one box each
  std::uint32_t max_nodes = 150;  ///< 0: no limit; else at least kFewestNodes
  std::string function{};         ///< "": `forward`, or the first, and those that hold marks
  NodeId focus{};                 ///< draws only what is at most `radius` edges away from it
  std::uint32_t radius = 3;
  std::vector<Mark> marks{};
};

struct Picture {
  std::string bytes;
  /// One line each: what was folded or left out, and what Graphviz complained about.
  std::vector<std::string> remarks;
};

/// Throws InputError when an option names what the graph does not have, and when Graphviz cannot draw the picture.
Picture render(const Graph& graph, const RenderOptions& options = {});

/// "2.43.0", of the Graphviz in use.
std::string graphviz_version();

}  // namespace graphwitness
