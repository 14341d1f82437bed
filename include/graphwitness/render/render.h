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

/// Something to point out: what a rule found, a step on the way to it, or what became of a node in another graph. Names
/// a node or a value.
struct Mark {
  enum class Kind : std::uint8_t {
    none,
    trail,
    // What a rule found, by its severity.
    note,
    warning,
    error,
    // Against another graph; `added` is of the other one.
    changed,
    frozen,
    lost,
    added,
  };
  Kind kind = Kind::error;
  NodeId node{};
  ValueId value{};        ///< used when `node` is none: an input, a block parameter, or the result of a node
  std::string message{};  ///< shown in the box, but of a trail, which shows it as a tooltip
};

/// The graph that the one drawn is compared with; marks say what became of the nodes.
struct Overlay {
  const Graph* other = nullptr;
  std::vector<NodeId> counterparts;  ///< by node of `other`: the node drawn that does the same
  std::vector<NodeId> added;         ///< nodes of `other` to draw, since the graph drawn has not got them
};

struct RenderOptions {
  static constexpr std::uint32_t kAll = UINT32_MAX;
  /// As deep as the picture stays readable at the size of a screen.
  static constexpr std::uint32_t kReadable = UINT32_MAX - 1;
  /// Fewer would not hold the inputs, the outputs, the legend and the note.
  static constexpr std::uint32_t kFewestNodes = 8;

  PictureFormat format = PictureFormat::dot;
  std::string title{};               ///< above the picture: the model's name
  std::uint32_t depth = kReadable;   ///< levels of modules drawn open; deeper modules are one box each
  std::uint32_t max_nodes = 150;     ///< 0: no limit; else at least kFewestNodes
  std::string function{};            ///< "": `forward`, or the first, and those that hold marks
  std::vector<NodeId> focus{};       ///< draws only what is at most `radius` edges away from these
  std::uint32_t radius = kReadable;  ///< kReadable: at most 3, as far as fits a screen
  std::vector<NodeId> path_from{};   ///< draws only what is on a way from these to `path_to`
  std::vector<NodeId> path_to{};
  std::vector<Mark> marks{};
  Overlay overlay{};  ///< folds what has no mark
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
