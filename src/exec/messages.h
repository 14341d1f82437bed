#pragma once
/// What this program asks of the worker that runs a model, and what that answers.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exec/value.h"

namespace graphwitness::exec {

struct Argument {
  std::string name;  ///< of a parameter; "": by position
  Value value;
};

/// One call of a model.
struct Sample {
  std::uint64_t seed = 0;  ///< made from it, when generated; and what the model's own random numbers start from
  std::vector<Argument> arguments{};
};

enum class Device : std::uint8_t { cpu, cuda };

/// State that a model takes and gives: what it returned as `output` becomes the argument `input` of the next call.
struct Carry {
  std::string output;
  std::string input;
};

/// An input that overlaps: the last `size` elements (of the last dimension) of the call before stand in front of it,
/// zeros at first. Audio models want that, whose frames do not stand alone.
struct Context {
  std::string input;
  std::int64_t size = 0;
};

struct RunRequest {
  std::string method = "forward";
  std::int64_t threads = 1;
  std::vector<Sample> samples{};
  Device device = Device::cpu;
  /// Arguments whose names the model does not have go to the parameters that are left, in order; else they are errors.
  bool by_position = false;
  /// The samples are one call after the other of the same model, which keeps what it remembers; else each sample sees
  /// it freshly loaded.
  bool sequence = false;
  /// Of these, each model does those whose `input` it has; carried outputs are not among its answers. In a sequence.
  std::vector<Carry> carried{};
  std::vector<Context> contexts{};  ///< likewise, each model those whose `input` it has
  /// ONNX: values inside of the graph to hand over beside the outputs, by name.
  std::vector<std::string> watched{};
  /// TorchScript that is watched: every weight and every floating input is off in its last place, up or down at random.
  bool shaken = false;
  /// ONNX: the graph as the runtime's optimiser would have it, not as it is in the file.
  bool optimise = false;
};

std::string encode_request(const RunRequest& request);
RunRequest decode_request(std::string_view bytes);

/// What became of one call.
struct SampleResult {
  std::optional<std::string> raised{};  ///< the error's one line
  Value output{};
  std::optional<Value> changed_arguments{};  ///< the arguments after the call, if it changed them
  /// Where outputs are a flat list with names, as those of ONNX: one for each item of `output`, which is a tuple.
  std::vector<std::string> names{};
  std::vector<Argument> watched{};  ///< in the order of RunRequest::watched
};

/// A frame that a worker answers with.
struct RunAnswer {
  enum class Kind : std::uint8_t { result, refused, done };
  Kind kind = Kind::done;
  SampleResult result{};  ///< of questions other than `run`: the answer is its output
  /// Of `refused`: why the model cannot be run with these arguments. Of `done`: how it was run differs from what one
  /// would expect ("": it does not). One line.
  std::string text{};
};
std::string encode_answer(const RunAnswer& answer);
/// Throws InputError.
RunAnswer decode_answer(std::string_view bytes);

/// What a model says about its inputs.
struct ModelInputs {
  struct Parameter {
    std::string name;
    std::string type;
    bool optional = false;  ///< it has a default
  };
  std::vector<Parameter> parameters;
  std::vector<Value> bundled{};   ///< one tuple a call
  std::optional<Value> traced{};  ///< a tuple: what the model was traced with. Where only the shape is
                                  ///< known, an item is a string as `--input` takes it
};
Value to_value(const ModelInputs& inputs);
/// Throws InputError.
ModelInputs inputs_of(Value value);

}  // namespace graphwitness::exec
