#pragma once
/// What a recording loses of the Python that it ran: control flow, numbers, tensors, dtypes and writes that
/// `torch.jit.trace` turns into constants or does not see, told from the source alone.
///
/// Values are followed forward through one function and the functions of the same file that it calls. What comes from
/// elsewhere (other files, attributes of objects, dictionaries) counts as not known, and nothing is said about it: less
/// is reported than is lost. Nothing is executed.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "python/syntax.h"

namespace graphwitness::python {

enum class Weight : std::uint8_t { note, warning, error };

/// What of the inputs something hangs on.
enum class Label : std::uint8_t {
  data,
  shape,
  rank,
  dtype,
  device,
  layout,
  gradient,
  argument,  ///< length or keys of a container, a number or flag that the caller chose
  state,     ///< an attribute that forward itself changes
  training,
  tracing,    ///< whether the code is being traced
  global,     ///< default dtype, gradient mode
  random,     ///< random numbers that Python draws itself
  exporting,  ///< whether the code is being exported to ONNX, which a plain trace is not
};
std::string_view name_of(Label label);

struct Loss {
  std::string_view rule;
  Weight weight = Weight::warning;
  Label label = Label::data;
  std::uint32_t function = kNothing;  ///< where it is
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t end_column = 0;  ///< 0: goes on over several lines
  std::string message;
  std::string keeps;
  std::string loses;
  std::string fix;
  std::vector<std::string> roots{};  ///< names of the inputs involved
};

/// A function that the trace went through.
struct Visit {
  std::uint32_t function = kNothing;
  std::set<std::uint32_t> lines;  ///< that recorded something
  /// Of the method that was traced: how many inputs it has. Parameters after them took their defaults.
  std::uint32_t inputs = kNothing;
};

/// In order of lines.
std::vector<Loss> find_losses(const Module& module, const std::vector<Visit>& visits);

/// The rule that speaks of a branch or of a loop that hangs on a label.
std::string_view branch_rule(Label label);
std::string_view loop_rule(Label label);

}  // namespace graphwitness::python
