#include "exec/messages.h"

#include <utility>

#include "exec/wire.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

using Kind = Value::Kind;

[[noreturn]] void no_answer() { throw InputError("its worker answered with something that is no answer"); }

std::string encoded(const Value& value) {
  std::string bytes;
  encode(value, bytes);
  return bytes;
}

Value decode_all(std::string_view bytes) {
  Value value = decode(bytes);
  if (!bytes.empty()) no_answer();
  return value;
}

/// The item at `index`, which is of this kind.
Value& at(Value& value, std::size_t index, Kind kind) {
  if (index >= value.items.size() || value.items[index].kind != kind) no_answer();
  return value.items[index];
}

Value texts(const std::vector<std::string>& all) {
  Value list = Value::list({});
  for (const std::string& text : all) list.items.push_back(Value::of(text));
  return list;
}

std::vector<std::string> texts_of(Value& list) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < list.items.size(); ++i) all.push_back(std::move(at(list, i, Kind::string).text));
  return all;
}

Value to_value(const std::vector<ModelInputs::Parameter>& parameters) {
  Value list = Value::list({});
  for (const ModelInputs::Parameter& parameter : parameters) {
    list.items.push_back(
        Value::tuple({Value::of(parameter.name), Value::of(parameter.type), Value::of(parameter.optional)}));
  }
  return list;
}

std::vector<ModelInputs::Parameter> parameters_of(Value& list) {
  std::vector<ModelInputs::Parameter> parameters;
  for (Value& parameter : list.items) {
    parameters.push_back({std::move(at(parameter, 0, Kind::string).text),
                          std::move(at(parameter, 1, Kind::string).text),
                          at(parameter, 2, Kind::boolean).integer != 0});
  }
  return parameters;
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
  std::vector<Value> carried;
  for (const Carry& carry : request.carried) {
    carried.push_back(Value::of(carry.output));
    carried.push_back(Value::of(carry.input));
  }
  std::vector<Value> contexts;
  for (const Context& context : request.contexts) {
    contexts.push_back(Value::of(context.input));
    contexts.push_back(Value::of(context.size));
  }
  return encoded(
      Value::tuple({Value::of(request.method), Value::of(request.threads), Value::list(std::move(samples)),
                    Value::of(static_cast<std::int64_t>(request.device)), Value::of(request.by_position),
                    Value::of(request.sequence), Value::list(std::move(carried)), texts(request.watched),
                    Value::list(std::move(contexts)), Value::of(request.optimise), Value::of(request.shaken)}));
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
  request.device = at(message, 3, Kind::integer).integer == 0 ? Device::cpu : Device::cuda;
  request.by_position = at(message, 4, Kind::boolean).integer != 0;
  request.sequence = at(message, 5, Kind::boolean).integer != 0;
  const std::vector<std::string> carried = texts_of(at(message, 6, Kind::list));
  for (std::size_t i = 0; i + 1 < carried.size(); i += 2) request.carried.push_back({carried[i], carried[i + 1]});
  request.watched = texts_of(at(message, 7, Kind::list));
  Value& contexts = at(message, 8, Kind::list);
  for (std::size_t i = 0; i + 1 < contexts.items.size(); i += 2) {
    request.contexts.push_back(
        {std::move(at(contexts, i, Kind::string).text), at(contexts, i + 1, Kind::integer).integer});
  }
  request.optimise = at(message, 9, Kind::boolean).integer != 0;
  request.shaken = at(message, 10, Kind::boolean).integer != 0;
  return request;
}

std::string encode_answer(const RunAnswer& answer) {
  Value message = Value::tuple({Value::of(static_cast<std::int64_t>(answer.kind)), Value::of(answer.text)});
  if (answer.kind == RunAnswer::Kind::result) {
    const SampleResult& result = answer.result;
    message.items.push_back(result.raised ? Value::of(*result.raised) : Value{});
    message.items.push_back(result.output);
    message.items.push_back(result.changed_arguments ? *result.changed_arguments : Value{});
    message.items.push_back(texts(result.names));
    Value watched = Value::list({});
    for (const Argument& one : result.watched) {
      watched.items.push_back(Value::of(one.name));
      watched.items.push_back(one.value);
    }
    message.items.push_back(std::move(watched));
  }
  return encoded(message);
}

RunAnswer decode_answer(std::string_view bytes) {
  Value message = decode_all(bytes);
  const std::int64_t kind = at(message, 0, Kind::integer).integer;
  if (kind < 0 || kind > static_cast<std::int64_t>(RunAnswer::Kind::done)) no_answer();
  RunAnswer answer{.kind = static_cast<RunAnswer::Kind>(kind), .result = {}, .text = at(message, 1, Kind::string).text};
  if (answer.kind != RunAnswer::Kind::result) return answer;
  if (message.items.size() != 7) no_answer();
  if (message.items[2].kind == Kind::string) answer.result.raised = std::move(message.items[2].text);
  answer.result.output = std::move(message.items[3]);
  if (message.items[4].kind != Kind::none) answer.result.changed_arguments = std::move(message.items[4]);
  answer.result.names = texts_of(at(message, 5, Kind::list));
  const bool named = !answer.result.names.empty();
  if (named && answer.result.output.items.size() != answer.result.names.size() && !answer.result.raised) no_answer();
  Value& watched = at(message, 6, Kind::list);
  for (std::size_t i = 0; i + 1 < watched.items.size(); i += 2) {
    answer.result.watched.push_back({std::move(at(watched, i, Kind::string).text), std::move(watched.items[i + 1])});
  }
  return answer;
}

Value to_value(const ModelInputs& inputs) {
  return Value::tuple(
      {to_value(inputs.parameters), Value::list(inputs.bundled), inputs.traced ? *inputs.traced : Value{}});
}

ModelInputs inputs_of(Value message) {
  ModelInputs inputs;
  inputs.parameters = parameters_of(at(message, 0, Kind::list));
  inputs.bundled = std::move(at(message, 1, Kind::list).items);
  if (message.items.size() != 3) no_answer();
  if (message.items[2].kind == Kind::tuple) inputs.traced = std::move(message.items[2]);
  return inputs;
}

}  // namespace graphwitness::exec
