#pragma once
/// What one model did with one input, operation by operation: which, where in the Python, from what, and a sketch of
/// what came out. Small whatever the tensors are, since none of them is kept.
///
/// Limits: tensors only; what is computed in Python numbers shows as the arguments of the operations that use it.

#include <cstdint>
#include <string>
#include <vector>

#include "exec/sketch.h"
#include "exec/value.h"

namespace graphwitness::localize {

inline constexpr std::int64_t kNoValue = -1;

/// A tensor that was seen.
struct Watched {
  enum class Origin : std::uint8_t {
    input,     ///< of the model
    constant,  ///< a parameter, an initializer
    computed,
  };
  Origin origin = Origin::computed;
  std::string name{};
  exec::Sketch sketch{};
  /// How far off it is when all weights and inputs are off in their last places; 0: not known.
  double noise = 0;
  /// Of a constant whose numbers are in a file and were not looked at: where. "": there is none.
  std::string file{};
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct Where {
  std::string file{};  ///< "": unknown
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string function{};

  bool operator==(const Where&) const = default;
};

struct OperationInput {
  std::string name{};             ///< of the parameter or attribute; may be ""
  std::int64_t value = kNoValue;  ///< a tensor: its number among the values; kNoValue: something else
  std::string text{};             ///< what that is: "3", "[1, 64]"
};

struct Operation {
  std::string op{};     ///< "aten::add", "onnx::Conv"
  std::string name{};   ///< of the node, in ONNX
  std::string scope{};  ///< path of the module instance
  Where where{};
  std::vector<OperationInput> inputs{};
  std::vector<std::int64_t> outputs{};
  /// Not an operation of the model but a step of one, as exporters spell it out.
  bool is_part = false;
};

/// A branch that was taken, or the turns of a loop, and the operations inside.
struct Decision {
  bool is_loop = false;
  std::int64_t outcome = 0;  ///< 1: the first arm, 0: the other; or how many turns
  Where where{};
  std::size_t first = 0;  ///< operations from this one on, up to `end`
  std::size_t end = 0;
};

struct Execution {
  std::vector<Watched> values{};
  std::vector<Operation> operations{};  ///< in the order that they ran in
  std::vector<Decision> decisions{};    ///< outer ones first
  std::vector<std::int64_t> outputs{};  ///< of the model, laid flat; kNoValue: no tensor that was seen
  std::string raised{};                 ///< after the last operation
  std::string error{};                  ///< it could not be watched: why
};

/// What the worker says, item by item.
exec::Value to_value(const Watched& watched);
exec::Value to_value(const Operation& operation);
exec::Value begin_decision(const Decision& decision);
exec::Value end_decision(std::size_t decision, std::int64_t outcome);
exec::Value said_outputs(const std::vector<std::int64_t>& outputs);
exec::Value said_raised(const std::string& text);

/// Adds what a worker said. Throws InputError for what makes no sense.
void take(Execution& execution, const exec::Value& said);

}  // namespace graphwitness::localize
