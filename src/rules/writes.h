#pragma once
/// In-place writes, by whose memory they change.
///
/// Limit: follows views and containers back to where they began by their first operand; what a branch or a loop yields
/// counts as a value of its own.

#include <vector>

#include "graphwitness/rules/rule.h"

namespace graphwitness {

struct Write {
  enum class Target : std::uint8_t { local, input, attribute };
  NodeId node;
  Target target = Target::local;
  ValueId root;               ///< the input, the value that the attribute was read as, or the local tensor
  bool through_view = false;  ///< by an alias: a slice, a transposed view
  bool through_data = false;  ///< by `x.data`, which tracing does not record
  bool of_container = false;  ///< an entry of a list or dictionary
};

class Writes {
 public:
  explicit Writes(const Graph& graph);
  const std::vector<Write>& all() const { return writes_; }

 private:
  std::vector<Write> writes_;
};

/// Those that run in the mode that the archive is in.
std::vector<Write> running_writes(RuleContext& context);

/// The model is to be exported to ONNX, where nothing that is written outlives the call; code of PyTorch itself knows.
bool loses_write_in_export(const RuleContext& context, NodeId write);

/// "`self.h`" as far as the graph tells: name of the attribute that a value was read from.
std::string_view attribute_name(const Graph& graph, ValueId value);

}  // namespace graphwitness
