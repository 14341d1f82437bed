#pragma once
/// The IR as text: everything a Graph holds, printed so that it reads back equal. Also the wire form between processes.
///
/// A file is a list of declarations, then graphs. White space does not matter; `//` starts a comment. Example:
///
///     graph "forward" scripted (%x: tensor<f32, 4>):
///       %y: tensor = aten::relu(%x) @0
///       %z = prim::If(%c) {
///         block(): return %y
///         block(): return %x
///       }
///       return %z
///
/// docs/ir.md describes the whole language. Limits: types and literals nest at most 64 deep, 4 GiB of text.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

struct PrintOptions {
  /// Ends a line with its place in the Python source, as a comment.
  bool comments = true;
};

std::string print(const Graph& graph, const PrintOptions& options = {});
std::string print_type(const Graph& graph, TypeId type);
/// A literal; lists longer than `most` elements and strings longer than `most` * 8 bytes are cut, and say so.
std::string print_literal(const Graph& graph, LiteralId literal, std::size_t most = SIZE_MAX);

/// Labels of values as print() spells them ("%x", "%x#2"), unique within the graph's functions.
class ValueLabels {
 public:
  explicit ValueLabels(const Graph& graph);
  /// "_" for a none id.
  std::string_view operator[](ValueId value) const;

 private:
  std::vector<std::string> labels_;
};

struct ReadOptions {
  /// Name of the text in errors, and the file of locations made by `locate`.
  std::string_view file = "<ir>";
  /// A node without a location gets the line of the text it stands on.
  bool locate = false;
};

struct ReadResult {
  Graph graph;
  /// Line of the text on which each node stands, by NodeId; from 1.
  std::vector<std::uint32_t> node_lines;
};

/// Throws InputError that names file, line and column, what was found and what was expected.
ReadResult read_ir(std::string_view text, const ReadOptions& options = {});

}  // namespace graphwitness
