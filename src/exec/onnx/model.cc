#include "exec/onnx/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "exec/dtype.h"
#include "exec/onnx/convert.h"
#include "exec/onnx/environment.h"
#include "exec/onnx/runtime.h"
#include "exec/onnx_dtype.h"
#include "exec/protobuf.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec::onnx {
namespace {

constexpr std::uint32_t kGraphField = 7;
constexpr std::uint32_t kOutputField = 12;
constexpr std::uint32_t kNameField = 1;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Two protobuf messages one after the other are read as one: their graphs are merged, and their outputs are all
/// outputs.
std::string with_outputs(std::string model, const std::vector<std::string>& names) {
  ProtobufWriter graph;
  for (const std::string& name : names) graph.bytes(kOutputField, ProtobufWriter().bytes(kNameField, name).str());
  return std::move(model) + ProtobufWriter().bytes(kGraphField, graph.str()).str();
}

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

void use_cuda(Ort::SessionOptions& options) {
  const std::vector<std::string> providers = Ort::GetAvailableProviders();
  if (std::ranges::find(providers, "CUDAExecutionProvider") == providers.end()) {
    throw InputError(
        fmt::format("it cannot be run on CUDA: ONNX Runtime {} was built without; name one with CUDA by "
                    "GRAPHWITNESS_ONNXRUNTIME, or "
                    "use `--device cpu`",
                    runtime_version()));
  }
  OrtCUDAProviderOptionsV2* cuda = nullptr;
  Ort::ThrowOnError(Ort::GetApi().CreateCUDAProviderOptions(&cuda));
  const std::unique_ptr<OrtCUDAProviderOptionsV2, decltype(Ort::GetApi().ReleaseCUDAProviderOptions)> owner(
      cuda, Ort::GetApi().ReleaseCUDAProviderOptions);
  try {
    options.AppendExecutionProvider_CUDA_V2(*cuda);
  } catch (const Ort::Exception& error) {
    throw InputError(fmt::format("it cannot be run on CUDA: {}; use `--device cpu`", first_line(error.what())));
  }
}

Ort::SessionOptions options_for(const std::string& path, const RunRequest& request, Model::For purpose) {
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(static_cast<int>(request.threads));
  options.SetInterOpNumThreads(1);
  if (purpose == Model::For::numbers) {
    options.SetGraphOptimizationLevel(ORT_DISABLE_ALL);
    // Models run side by side: a thread that waits busily takes the processor from another model's.
    options.AddConfigEntry("session.intra_op.allow_spinning", "0");
  }
  if (!request.watched.empty()) {
    options.AddConfigEntry("session.model_external_initializers_file_folder_path",
                           std::filesystem::path(path).parent_path().c_str());
  }
  if (request.device == Device::cuda) use_cuda(options);
  return options;
}

std::vector<std::string> output_names_of(const Ort::Session& session) {
  Ort::AllocatorWithDefaultOptions allocator;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < session.GetOutputCount(); ++i) {
    names.emplace_back(session.GetOutputNameAllocated(i, allocator).get());
  }
  return names;
}

}  // namespace

std::string raised_text(const Ort::Exception& error) { return "ONNX Runtime: " + first_line(error.what()); }

Model::Model(const std::string& path, const RunRequest& request, For purpose, const std::vector<std::string>& outputs)
    : watched_(request.watched) {
  environment();  // its log has to be there before anything can fail
  try {
    const Ort::SessionOptions options = options_for(path, request, purpose);
    if (watched_.empty()) {
      session_ = Ort::Session(environment(), path.c_str(), options);
      outputs_of_file_ = session_.GetOutputCount();
    } else {
      const std::vector<std::string> known =
          outputs.empty() ? output_names_of(Ort::Session(environment(), path.c_str(), options)) : outputs;
      std::vector<std::string> added;
      outputs_of_file_ = known.size();
      std::ranges::copy_if(watched_, std::back_inserter(added),
                           [&](const std::string& name) { return std::ranges::find(known, name) == known.end(); });
      bytes_ = with_outputs(content_of(path), added);
      session_ = Ort::Session(environment(), bytes_.data(), bytes_.size(), options);
    }
    read_signature();
  } catch (const Ort::Exception& error) {
    throw InputError(fmt::format("ONNX Runtime {} cannot load it: {}", runtime_version(), first_line(error.what())));
  }
}

void Model::read_signature() {
  Ort::AllocatorWithDefaultOptions allocator;
  signature_.callee = "the graph";
  required_ = session_.GetInputCount();
  for (std::size_t i = 0; i < required_; ++i) {
    signature_.names.emplace_back(session_.GetInputNameAllocated(i, allocator).get());
    types_.push_back(session_.GetInputTypeInfo(i));
    signature_.spelled += fmt::format("{}`{}: {}`", i == 0 ? "" : ", ", signature_.names.back(), spell(types_.back()));
  }
  if (required_ == 0) signature_.spelled = "no inputs";
  for (std::size_t i = 0; i < session_.GetOverridableInitializerCount(); ++i) {
    signature_.names.emplace_back(session_.GetOverridableInitializerNameAllocated(i, allocator).get());
    types_.push_back(session_.GetOverridableInitializerTypeInfo(i));
  }
  output_names_ = output_names_of(session_);
}

Ort::Value Model::zeros(std::size_t parameter) const {
  const std::string& name = signature_.names[parameter];
  const Ort::TypeInfo& type = types_[parameter];
  const auto fail = [&] {
    throw InputError(
        fmt::format("no first value is given for the state `{}: {}`; give `--input '{}=float32[SIZES]:0..0'`", name,
                    spell(type), name));
  };
  if (type.GetONNXType() != ONNX_TYPE_TENSOR) fail();
  Tensor tensor{.dtype = dtype_of_onnx(type.GetTensorTypeAndShapeInfo().GetElementType()),
                .sizes = type.GetTensorTypeAndShapeInfo().GetShape()};
  const std::int64_t count = element_count(tensor.sizes);
  if (count < 0 || size_of(tensor.dtype) == 0) fail();
  tensor.bytes.resize(static_cast<std::size_t>(count) * size_of(tensor.dtype));
  return to_ort(Value::of(std::move(tensor)), type);
}

Model::Inputs Model::bind(const std::vector<Argument>& arguments, bool by_position, Carrier& carrier) {
  const std::vector<std::string>& state = carrier.inputs();
  const std::vector<Argument> all = carrier.with_state(arguments);
  Assignment assignment = assign(signature_, all, by_position, state);
  Inputs inputs{.names = {}, .values = {}, .remark = std::move(assignment.remark)};
  for (std::size_t i = 0; i < types_.size(); ++i) {
    const std::string& name = signature_.names[i];
    const Value* value = assignment.values[i];
    if (value == nullptr && i >= required_) continue;
    const bool zero = value == nullptr && std::ranges::find(state, name) != state.end();
    const bool optional = types_[i].GetONNXType() == ONNX_TYPE_OPTIONAL;
    // ONNX Runtime takes what is not given as an optional without a value, and crashes on one that is given.
    if (!zero && optional && (value == nullptr || value->kind == Value::Kind::none)) continue;
    if (value == nullptr && !zero) {
      throw InputError(fmt::format("no input is given for `{}`; the graph takes {}", name, signature_.spelled));
    }
    inputs.names.push_back(name.c_str());
    if (zero) {
      inputs.values.push_back(zeros(i));
      continue;
    }
    const Value given = carrier.extended(name, *value);
    try {
      inputs.values.push_back(to_ort(given, types_[i]));
    } catch (const InputError& error) {
      throw InputError(fmt::format("the input for `{}` {}", name, error.what()));
    }
  }
  return inputs;
}

SampleResult Model::run(const Inputs& inputs) {
  SampleResult result;
  result.output = Value::tuple({});
  std::vector<const char*> names;
  for (const std::string& name : output_names_) names.push_back(name.c_str());
  std::vector<Ort::Value> outputs;
  try {
    outputs = session_.Run(Ort::RunOptions(), inputs.names.data(), inputs.values.data(), inputs.values.size(),
                           names.data(), names.size());
  } catch (const Ort::Exception& error) {
    result.raised = raised_text(error);
    return result;
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const bool is_watched = std::ranges::find(watched_, output_names_[i]) != watched_.end();
    if (is_watched) result.watched.push_back({output_names_[i], from_ort(outputs[i])});
    if (is_watched && i >= outputs_of_file_) continue;
    result.output.items.push_back(from_ort(outputs[i]));
    result.names.push_back(output_names_[i]);
  }
  return result;
}

void Model::run_only(const Inputs& inputs) {
  std::vector<const char*> names;
  for (const std::string& name : output_names_) names.push_back(name.c_str());
  session_.Run(Ort::RunOptions(), inputs.names.data(), inputs.values.data(), inputs.values.size(), names.data(),
               names.size());
}

}  // namespace graphwitness::exec::onnx
