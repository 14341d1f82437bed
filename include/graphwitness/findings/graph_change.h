#pragma once
/// What `diff` has to say of two graphs: resolved text, so that reporters never see a Graph. Ids stay only for
/// pictures.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graphwitness/findings/finding.h"
#include "graphwitness/ir/ids.h"

namespace graphwitness {

/// One line of the user's Python in a change, as in a diff of texts.
struct ChangeLine {
  enum class Side : std::uint8_t {
    both,   ///< what the line says is in both graphs
    left,   ///< only in the left one
    right,  ///< only in the right one
  };
  Side side = Side::both;
  SourceSpan at{};     ///< without a file: `note` is all that is known
  std::string note{};  ///< operators, values: what no line of Python says
};

struct GraphChange {
  enum class Kind : std::uint8_t {
    branch,     ///< an arm is lost
    loop,       ///< unrolled
    assertion,  ///< a check that raises is lost
    frozen,     ///< a number or tensor became a constant
    state,      ///< a write to an attribute, or in place, is lost
    interface,  ///< inputs, outputs, their number, structure and types
    lost,       ///< operators that only the left graph has
    added,      ///< operators that only the right graph has
    op,         ///< an operator became another one
    attribute,  ///< a constant operand, an attribute or a parameter is another one
    wiring,     ///< an operator takes another value
  };
  Kind kind = Kind::lost;
  /// By design or harmless: told on request, and no difference.
  bool minor = false;
  std::string message;
  std::string rule;  ///< of `check`, when it reports the same; "": none does
  SourceSpan at;     ///< innermost frame of the user's own code
  std::string function;
  std::string module;
  std::string left;   ///< what the left graph has, in short: "computed from the shape of `x`", "[2, 2]"
  std::string right;  ///< what the right graph has instead: "the constant 3"
  std::vector<ChangeLine> lines;
  std::vector<TrailStep> trail;           ///< of a decision or a number: where it comes from
  std::optional<std::uint32_t> kept_arm;  ///< of a branch: 0 the arm for true, 1 the arm for false
  std::optional<std::size_t> turns;       ///< of a loop: how many the right graph holds
  std::vector<SourceSpan> occurrences;    ///< further places of the same line and cause
  std::vector<NodeId> left_nodes, right_nodes;
  std::size_t repeats = 0;           ///< other calls of the same line that lost the same
  std::vector<NodeId> repeat_nodes;  ///< of the left graph: what they lost
};
std::string_view name_of(GraphChange::Kind kind);

struct DiffSide {
  std::string path;
  std::string format;  ///< "torchscript", "onnx" or "unknown"
  std::string kind;    ///< "forward scripted"; "" for ONNX
};

/// How many operators that compute a tensor have a counterpart. Constants, reads of attributes and packing do not
/// count.
struct KeptCounts {
  std::size_t left = 0;        ///< operators of the left graph
  std::size_t right = 0;       ///< of the right graph
  std::size_t left_kept = 0;   ///< those that the other graph has
  std::size_t right_kept = 0;  ///< an unrolled loop keeps more than the left graph has
};

struct DiffReport {
  DiffSide left;  ///< of a scripted and a traced graph the scripted one; of a module and its export the module
  DiffSide right;
  std::string error;  ///< one line that names the model; "": both were read
  KeptCounts counts;
  std::vector<GraphChange> changes;  ///< in the order of the left graph's lines
};

/// Changes that are more than by design: what the exit status tells.
std::size_t count_changes(const DiffReport& report);

}  // namespace graphwitness
