#include "exec/messages.h"

#include <utility>

#include "exec/wire.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

using Kind = Value::Kind;

[[noreturn]] void fail() { throw InputError("its worker answered with something that is no answer"); }

std::string encoded(const Value& value) {
  std::string bytes;
  encode(value, bytes);
  return bytes;
}

Value decode_all(std::string_view bytes) {
  Value value = decode(bytes);
  if (!bytes.empty()) fail();
  return value;
}

/// The item at `index`, which is of this kind.
Value& at(Value& value, std::size_t index, Kind kind) {
  if (index >= value.items.size() || value.items[index].kind != kind) fail();
  return value.items[index];
}

}  // namespace

std::string encode_request(const RunRequest& request) {
  std::vector<Value> samples;
  for (const Sample& sample : request.samples) {
    Value call = Value::list({Value::of(static_cast<std::int64_t>(sample.seed))});
    for (const Argument& argument : sample.arguments) {
      call.items.push_back(Value::of(argument.name));
      call.items.push_back(argument.value);
    }
    samples.push_back(std::move(call));
  }
  return encoded(
      Value::tuple({Value::of(request.method), Value::of(request.threads), Value::list(std::move(samples))}));
}

RunRequest decode_request(std::string_view bytes) {
  Value message = decode_all(bytes);
  RunRequest request;
  request.method = at(message, 0, Kind::string).text;
  request.threads = at(message, 1, Kind::integer).integer;
  for (Value& call : at(message, 2, Kind::list).items) {
    Sample sample{.seed = static_cast<std::uint64_t>(at(call, 0, Kind::integer).integer)};
    for (std::size_t i = 1; i + 1 < call.items.size(); i += 2) {
      sample.arguments.push_back({std::move(at(call, i, Kind::string).text), std::move(call.items[i + 1])});
    }
    request.samples.push_back(std::move(sample));
  }
  return request;
}

std::string encode_answer(const RunAnswer& answer) {
  Value message = Value::tuple({Value::of(static_cast<std::int64_t>(answer.kind)), Value::of(answer.text)});
  if (answer.kind == RunAnswer::Kind::result) {
    const SampleResult& result = answer.result;
    message.items.push_back(result.raised ? Value::of(*result.raised) : Value{});
    message.items.push_back(result.output);
    message.items.push_back(result.changed_arguments ? *result.changed_arguments : Value{});
  }
  return encoded(message);
}

RunAnswer decode_answer(std::string_view bytes) {
  Value message = decode_all(bytes);
  const std::int64_t kind = at(message, 0, Kind::integer).integer;
  if (kind < 0 || kind > static_cast<std::int64_t>(RunAnswer::Kind::done)) fail();
  RunAnswer answer{.kind = static_cast<RunAnswer::Kind>(kind), .result = {}, .text = at(message, 1, Kind::string).text};
  if (answer.kind != RunAnswer::Kind::result) return answer;
  if (message.items.size() != 5) fail();
  if (message.items[2].kind == Kind::string) answer.result.raised = std::move(message.items[2].text);
  answer.result.output = std::move(message.items[3]);
  if (message.items[4].kind != Kind::none) answer.result.changed_arguments = std::move(message.items[4]);
  return answer;
}

Value to_value(const ModelInputs& inputs) {
  std::vector<Value> parameters;
  for (const ModelInputs::Parameter& parameter : inputs.parameters) {
    parameters.push_back(
        Value::tuple({Value::of(parameter.name), Value::of(parameter.type), Value::of(parameter.optional)}));
  }
  return Value::tuple(
      {Value::list(std::move(parameters)), Value::list(inputs.bundled), inputs.traced ? *inputs.traced : Value{}});
}

ModelInputs inputs_of(Value message) {
  ModelInputs inputs;
  for (Value& parameter : at(message, 0, Kind::list).items) {
    inputs.parameters.push_back({std::move(at(parameter, 0, Kind::string).text),
                                 std::move(at(parameter, 1, Kind::string).text),
                                 at(parameter, 2, Kind::boolean).integer != 0});
  }
  inputs.bundled = std::move(at(message, 1, Kind::list).items);
  if (message.items.size() != 3) fail();
  if (message.items[2].kind == Kind::tuple) inputs.traced = std::move(message.items[2]);
  return inputs;
}

}  // namespace graphwitness::exec
