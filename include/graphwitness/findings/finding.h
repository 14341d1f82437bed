#pragma once
/// What a rule reports: resolved text, so that reporters never see a Graph. Ids stay only for pictures and tests.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graphwitness/ir/ids.h"

namespace graphwitness {

enum class Severity : std::uint8_t { note, warning, error };
std::string_view name_of(Severity severity);

/// A place in the user's Python, or in the model file when no Python line is known.
struct SourceSpan {
  std::string file;              ///< as shown; "" when unknown
  std::string recorded_file;     ///< as the archive recorded it
  std::uint32_t line = 0;        ///< from 1; 0: unknown
  std::uint32_t column = 0;      ///< from 1; 0: unknown
  std::uint32_t end_column = 0;  ///< one past the last; 0: unknown
  std::string text;              ///< the source line as the archive carries it; "" when it carries none
  bool under_root = false;       ///< `file` is relative to the source root, where it was found
};

/// One frame of the call stack behind a location.
struct StackFrame {
  SourceSpan at;
  std::string function;
};

/// One operation on the way from an input to what was found.
struct TrailStep {
  SourceSpan at;
  NodeId node_id;    ///< none for the input itself
  std::string node;  ///< label of its first result, "%5", or of the input
  std::string op;    ///< "aten::sum"; "input" for the first step
  std::string message;
};

/// Why a finding does not count.
struct Suppression {
  enum class By : std::uint8_t {
    comment,   ///< `# graphwitness: ignore[rule]` on the line
    settings,  ///< `graphwitness.toml`
    baseline,  ///< known before
  };
  By by = By::comment;
  std::string reason;  ///< one line; "": none was given
};
std::string_view name_of(Suppression::By by);

struct Finding {
  std::string rule;  ///< Rule::id
  Severity severity = Severity::warning;
  std::string message;                  ///< lower case, no final full stop
  SourceSpan at;                        ///< innermost frame of the user's own code
  std::vector<StackFrame> stack;        ///< the other frames, innermost first
  std::string function;                 ///< method or graph
  std::string module;                   ///< path of the module instance
  NodeId node_id;                       ///< none: the graph as a whole
  bool of_other = false;                ///< of a pair: `node_id` and `node` are of the model compared with
  std::string node;                     ///< label of the node's first result, or of its condition when it has none
  std::string op;                       ///< what the node does, "prim::If"
  std::vector<std::string> provenance;  ///< "data", "shape", ...
  std::vector<std::string> inputs;      ///< names of the inputs involved
  std::string keeps;                    ///< what a trace keeps
  std::string loses;                    ///< what it loses
  std::vector<TrailStep> trail;
  std::vector<SourceSpan> occurrences;  ///< further places of the same line and cause
  std::vector<NodeId> repeats;          ///< nodes in other calls of the same line, told with this one
  std::string fix;
  std::string fingerprint;  ///< stable across runs and line moves
  std::string structure;    ///< the same, but made of operators instead of text: findings alike share it
  std::optional<Suppression> suppressed;
};

}  // namespace graphwitness
