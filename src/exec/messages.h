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

struct RunRequest {
  std::string method = "forward";
  std::int64_t threads = 1;
  std::vector<Sample> samples{};
};

std::string encode_request(const RunRequest& request);
RunRequest decode_request(std::string_view bytes);

/// What became of one call.
struct SampleResult {
  std::optional<std::string> raised{};  ///< the error's one line
  Value output{};
  std::optional<Value> changed_arguments{};  ///< the arguments after the call, if it changed them
};

/// A frame that a worker answers with.
struct RunAnswer {
  enum class Kind : std::uint8_t { result, refused, done };
  Kind kind = Kind::done;
  SampleResult result{};  ///< of questions other than `run`: the answer is its output
  std::string text{};     ///< of `refused`: why the model cannot be run with these arguments; one line
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
  std::vector<Value> bundled;   ///< one tuple a call
  std::optional<Value> traced;  ///< a tuple: what the model was traced with. Where only the shape is
                                ///< known, an item is a string as `--input` takes it
};
Value to_value(const ModelInputs& inputs);
/// Throws InputError.
ModelInputs inputs_of(Value value);

}  // namespace graphwitness::exec
