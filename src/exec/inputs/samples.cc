#include "exec/inputs/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <utility>

#include "exec/dtype.h"
#include "exec/inputs/files.h"
#include "exec/inputs/index_bounds.h"
#include "exec/inputs/random.h"
#include "exec/inputs/specification.h"
#include "graphwitness/frontends/load.h"
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
      if (needs_range(specifications.back())) throw InputError("integers need a range; give them by `--input`");
    } catch (const InputError& error) {
      throw InputError(fmt::format("`{}` was traced with `{}`, whose values are not in the file: {}", path,
                                   argument.text, error.what()));
    }
  }
  if (complete) return given(calls_of(arguments), options, fmt::format("those that `{}` was traced with", path));
  return generated(specifications, options, fmt::format("generated in the shapes that `{}` was traced with", path));
}

std::vector<DeclaredValue> without_state(std::vector<DeclaredValue> inputs, const InputOptions& options) {
  std::erase_if(inputs, [&](const DeclaredValue& input) {
    return std::ranges::find(options.state, input.name) != options.state.end();
  });
  return inputs;
}

InputSet from_declaration(const InputOptions& options, const std::string& path, Declaration declaration) {
  declaration.inputs = without_state(std::move(declaration.inputs), options);
  InputSet set = generated(declared_inputs(declaration, options.dims, {}, path), options,
                           fmt::format("generated as `{}` declares them", path));
  return set;
}

/// The first model's, when another one's declaration will do for it.
InputSet from_other(const InputOptions& options, const std::vector<std::string>& models, const std::string& method,
                    const ModelInputs& reference) {
  for (std::size_t i = 1; i < models.size(); ++i) {
    if (!is_onnx_model(models[i])) continue;
    InputSet set = from_declaration(options, models[i], declaration_of(load_model(models[i])));
    set.foreign_names = true;
    return set;
  }
  no_inputs(models.front(), method, reference);
}

InputSet from_model(const InputOptions& options, const std::vector<std::string>& models, const std::string& method,
                    const WorkerLimits& limits) {
  const std::string& path = models.front();
  if (is_onnx_model(path)) return from_declaration(options, path, declaration_of(load_model(path)));
  const ModelInputs model = ask_model_inputs(path, method, limits);
  if (!model.bundled.empty()) {
    return given(calls_of(Value::list(model.bundled)), options, fmt::format("bundled with `{}`", path));
  }
  if (model.traced) return traced(*model.traced, options, path);
  if (std::ranges::all_of(model.parameters, &ModelInputs::Parameter::optional)) {
    return generated({}, options, "none, the method takes no arguments");
  }
  return from_other(options, models, method, model);
}

/// The value that the argument stands for in the first graph or the method; none when there is no such parameter.
ValueId parameter_of(const Graph& graph, const std::string& method, const std::string& name, std::size_t position) {
  for (const FunctionId id : graph.functions()) {
    if (graph.format() == Format::torchscript && graph[graph[id].name] != method) continue;
    auto parameters = graph[graph[graph[id].body].params];
    if (graph[id].self && !parameters.empty()) parameters = parameters.subspan(1);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      if (name.empty() ? i == position : graph[graph[parameters[i]].name] == name) return parameters[i];
    }
    return {};
  }
  return {};
}

/// Ranges of integers that index tables, read from the graph. Throws InputError for those that stay without.
void find_ranges(std::vector<InputSpecification>& specifications, const std::vector<std::string>& models,
                 const std::string& method, const WorkerLimits& limits) {
  if (std::ranges::none_of(specifications, needs_range)) return;
  const auto timeout = std::chrono::duration_cast<std::chrono::seconds>(limits.timeout);
  const Graph graph = load_model(models.front(), {.timeout = timeout, .memory_limit = limits.memory});
  std::size_t position = 0;
  for (InputSpecification& one : specifications) {
    const std::size_t index = one.name.empty() ? position++ : 0;
    if (!needs_range(one)) continue;
    const ValueId parameter = parameter_of(graph, method, one.name, index);
    const auto bound = parameter ? index_bound(graph, parameter) : std::nullopt;
    if (!bound) {
      throw InputError(fmt::format(
          "the input `{}{}{}{}` needs a range, since integers are mostly indices and sizes, and `{}` does not show "
          "one: add "
          "`:0..9`, both included",
          one.name, one.name.empty() ? "" : "=", torch_name(one.dtype), spell_sizes(one.sizes), models.front()));
    }
    one.range = {.low_integer = 0, .high_integer = *bound - 1};
  }
}

InputSet specified(const InputOptions& options, const std::vector<std::string>& models, const std::string& method,
                   const WorkerLimits& limits) {
  std::vector<InputSpecification> specifications;
  for (const std::string& text : options.inputs) specifications.push_back(parse_input(text));
  find_ranges(specifications, models, method, limits);
  const bool named = std::ranges::none_of(specifications, [](const auto& one) { return one.name.empty(); });
  if (!named || !is_onnx_model(models.front())) return generated(specifications, options, "generated");
  // What was not named, the graph declares.
  Declaration declaration = declaration_of(load_model(models.front()));
  declaration.inputs = without_state(std::move(declaration.inputs), options);
  const auto knows = [&](const InputSpecification& one) {
    return std::ranges::find(declaration.inputs, one.name, &DeclaredValue::name) != declaration.inputs.end();
  };
  if (std::ranges::all_of(specifications, knows)) {
    std::vector<InputSpecification> others = declared_inputs(declaration, options.dims, specifications, models.front());
    std::ranges::move(others, std::back_inserter(specifications));
  }
  return generated(specifications, options, "generated");
}

}  // namespace

std::optional<Declaration> first_declaration(const std::vector<std::string>& models) {
  const auto found = std::ranges::find_if(models, is_onnx_model);
  if (found == models.end()) return std::nullopt;
  try {
    return declaration_of(load_model(*found));
  } catch (const InputError&) {
    return std::nullopt;  // running it says what is wrong
  }
}

InputSet make_inputs(const InputOptions& options, const std::vector<std::string>& models, const std::string& method,
                     const WorkerLimits& limits) {
  if (!options.file.empty() && !options.inputs.empty()) {
    throw InputError("both `--inputs` and `--input` are given, expected one of them");
  }
  if (!options.file.empty()) {
    const std::optional<Declaration> declared =
        std::filesystem::is_directory(options.file) ? first_declaration(models) : std::nullopt;
    return given(read_calls(options.file, limits, declared ? &*declared : nullptr), options,
                 fmt::format("from `{}`", options.file));
  }
  return options.inputs.empty() ? from_model(options, models, method, limits)
                                : specified(options, models, method, limits);
}

}  // namespace graphwitness::exec
