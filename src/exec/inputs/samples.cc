#include "exec/inputs/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "exec/dtype.h"
#include "exec/inputs/files.h"
#include "exec/inputs/random.h"
#include "exec/inputs/specification.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

InputSet given(std::vector<Call> calls, const InputOptions& options, std::string origin) {
  if (options.samples) {
    throw InputError(
        fmt::format("`--samples` says how many inputs to generate, but they are {}; leave it out", origin));
  }
  InputSet set{.samples = {}, .origin = std::move(origin)};
  for (std::size_t i = 0; i < calls.size(); ++i) set.samples.push_back({options.seed + i, std::move(calls[i])});
  return set;
}

std::uint64_t bytes_of(const std::vector<InputSpecification>& specifications) {
  std::uint64_t bytes = 1;
  for (const InputSpecification& one : specifications) {
    bytes += static_cast<std::uint64_t>(element_count(one.sizes)) * size_of(one.dtype);
  }
  return bytes;
}

InputSet generated(const std::vector<InputSpecification>& specifications, const InputOptions& options,
                   std::string origin) {
  const std::uint64_t count = options.samples.value_or(kDefaultSamples);
  if (count == 0) throw InputError("`--samples` is 0, expected at least 1");
  if (count > kMostInputBytes / bytes_of(specifications)) {
    throw InputError(fmt::format("{} samples of these inputs take more than 4 GiB; generate fewer at a time", count));
  }
  InputSet set{.samples = {}, .origin = std::move(origin)};
  for (std::uint64_t i = 0; i < count; ++i) {
    Sample sample{.seed = options.seed + i};
    Random random(sample.seed);
    for (const InputSpecification& one : specifications) sample.arguments.push_back({one.name, generate(one, random)});
    set.samples.push_back(std::move(sample));
  }
  return set;
}

bool is_tensor(const ModelInputs::Parameter& parameter) { return parameter.type.find("Tensor") != std::string::npos; }

/// The options that a user would have to give: `--input 'x=float32[SIZES]'`.
std::string options_for(const std::vector<ModelInputs::Parameter>& parameters) {
  std::string text;
  for (const ModelInputs::Parameter& parameter : parameters) {
    if (parameter.optional) continue;
    const bool plain = parameter.type == "Tensor" || parameter.type == "Optional[Tensor]";
    if (is_tensor(parameter) && !plain) return "`--inputs FILE` with a tuple written by `torch.save`";
    const std::string value = plain                      ? "float32[SIZES]"
                              : parameter.type == "bool" ? "true"
                              : parameter.type == "str"  ? "\"TEXT\""
                                                         : "NUMBER";
    text += fmt::format("{}--input '{}={}'", text.empty() ? "`" : " ", parameter.name, value);
  }
  return text.empty() ? "`--inputs FILE`" : text + "`";
}

std::string spell(const std::vector<ModelInputs::Parameter>& parameters) {
  std::string text;
  for (const ModelInputs::Parameter& parameter : parameters) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", parameter.name, parameter.type);
  }
  return text;
}

[[noreturn]] void no_inputs(const std::string& path, const std::string& method, const ModelInputs& model) {
  throw InputError(fmt::format("`{}` carries no inputs for `{}({})`; give {}", path, method, spell(model.parameters),
                               options_for(model.parameters)));
}

/// Values that are in the archive as they are; where only shapes are, values are generated.
InputSet traced(const Value& arguments, const InputOptions& options, const std::string& path) {
  std::vector<InputSpecification> specifications;
  bool complete = true;
  for (const Value& argument : arguments.items) {
    const bool type_only = argument.kind == Value::Kind::string;
    complete = complete && !type_only;
    try {
      specifications.push_back(type_only ? parse_input(argument.text) : InputSpecification{.scalar = argument});
    } catch (const InputError& error) {
      throw InputError(fmt::format("`{}` was traced with `{}`, whose values are not in the file: {}", path,
                                   argument.text, error.what()));
    }
  }
  if (complete) return given(calls_of(arguments), options, fmt::format("those that `{}` was traced with", path));
  return generated(specifications, options, fmt::format("generated in the shapes that `{}` was traced with", path));
}

InputSet from_model(const InputOptions& options, const std::string& path, const std::string& method,
                    const WorkerLimits& limits) {
  const ModelInputs model = ask_model_inputs(path, method, limits);
  if (!model.bundled.empty()) {
    return given(calls_of(Value::list(model.bundled)), options, fmt::format("bundled with `{}`", path));
  }
  if (model.traced) return traced(*model.traced, options, path);
  if (std::ranges::all_of(model.parameters, &ModelInputs::Parameter::optional)) {
    return generated({}, options, "none, the method takes no arguments");
  }
  no_inputs(path, method, model);
}

}  // namespace

InputSet make_inputs(const InputOptions& options, const std::string& reference, const std::string& method,
                     const WorkerLimits& limits) {
  if (!options.file.empty() && !options.inputs.empty()) {
    throw InputError("both `--inputs` and `--input` are given, expected one of them");
  }
  if (!options.file.empty())
    return given(read_calls(options.file, limits), options, fmt::format("from `{}`", options.file));
  if (options.inputs.empty()) return from_model(options, reference, method, limits);
  std::vector<InputSpecification> specifications;
  for (const std::string& text : options.inputs) specifications.push_back(parse_input(text));
  return generated(specifications, options, "generated");
}

}  // namespace graphwitness::exec
