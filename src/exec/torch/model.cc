#include "exec/torch/model.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>
#include <torch/csrc/jit/runtime/jit_exception.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>

#include "exec/assign.h"
#include "exec/torch/convert.h"
#include "frontends/torchscript/worker/errors.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec::worker {
namespace {

constexpr std::string_view kInterpreter = "The following operation failed in the TorchScript interpreter.";
constexpr std::string_view kErrorClass = "\nRuntimeError: ";

/// The method's parameters without the module itself.
std::vector<c10::Argument> parameters(const torch::jit::Method& method) {
  const std::vector<c10::Argument>& all = method.function().getSchema().arguments();
  return {all.begin() + (all.empty() ? 0 : 1), all.end()};
}

std::string spell(const std::vector<c10::Argument>& parameters) {
  std::string text;
  for (const c10::Argument& parameter : parameters) {
    text += fmt::format("{}`{}: {}`", text.empty() ? "" : ", ", parameter.name(), parameter.type()->repr_str());
  }
  return text.empty() ? "no parameters" : text;
}

/// Files of ONNX have tensors of one element where Python has numbers.
c10::IValue as_number(const at::Tensor& tensor, c10::TypeKind expected) {
  if (expected == c10::TypeKind::IntType && at::isIntegralType(tensor.scalar_type(), false)) {
    return tensor.item().toLong();
  }
  if (expected == c10::TypeKind::FloatType && at::isFloatingType(tensor.scalar_type())) return tensor.item().toDouble();
  if (expected == c10::TypeKind::BoolType && tensor.scalar_type() == at::kBool) return tensor.item().toBool();
  return tensor;
}

c10::IValue bind(const c10::Argument& parameter, const Value& value, at::Device device) {
  c10::IValue bound = to_torch(value, parameter.type(), device);
  if (bound.isTensor() && bound.toTensor().numel() == 1) bound = as_number(bound.toTensor(), parameter.type()->kind());
  if (bound.type()->isSubtypeOf(*parameter.type())) return bound;
  throw InputError(fmt::format("the input for `{}` is {}, expected {}", parameter.name(),
                               value.kind == Value::Kind::none ? "None" : "of type " + bound.type()->repr_str(),
                               parameter.type()->repr_str()));
}

std::string first_line(std::string_view text) {
  while (!text.empty() && (text.front() == '\n' || text.front() == ' ')) text.remove_prefix(1);
  return std::string(text.substr(0, text.find('\n')));
}

}  // namespace

at::Device device_of(Device device) {
  if (device == Device::cpu) return at::kCPU;
  if (!at::hasCUDA()) {
    throw InputError(std::string(
        "it cannot be run on CUDA: this LibTorch was built without CUDA, or finds no device; build graphwitness with a "
        "LibTorch for CUDA (`-DCMAKE_PREFIX_PATH=...`), or use `--device cpu`"));
  }
  return at::kCUDA;
}

torch::jit::Module load_model(const std::string& path, at::Device device) {
  try {
    return torch::jit::load(path, device);
  } catch (const std::exception& error) {
    const bool while_running = std::string_view(error.what()).find(kInterpreter) != std::string_view::npos;
    throw InputError("it cannot be loaded: " + (while_running ? raised_text(error) : torchscript::one_line(error)));
  }
}

torch::jit::Method method_of(const torch::jit::Module& model, const std::string& name) {
  if (const auto method = model.find_method(name)) return *method;
  std::vector<std::string> names;
  for (const torch::jit::Method& method : model.get_methods()) names.push_back("`" + method.name() + "`");
  std::ranges::sort(names);
  throw InputError(fmt::format("it has no method `{}`; it has {} (`--method` chooses one)", name,
                               names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
}

std::vector<ModelInputs::Parameter> parameters_of(const torch::jit::Method& method) {
  std::vector<ModelInputs::Parameter> result;
  for (const c10::Argument& parameter : parameters(method)) {
    result.push_back({parameter.name(), parameter.type()->repr_str(), parameter.default_value().has_value()});
  }
  return result;
}

std::vector<c10::IValue> bind_arguments(const torch::jit::Method& method, const std::vector<Argument>& arguments,
                                        const BindOptions& options, std::string& remark) {
  const std::vector<c10::Argument> known = parameters(method);
  Signature signature{.callee = method.name(), .names = {}, .spelled = spell(known)};
  for (const c10::Argument& parameter : known) signature.names.push_back(parameter.name());
  Carrier* const carrier = options.carrier;
  const std::vector<Argument> all = carrier == nullptr ? arguments : carrier->with_state(arguments);
  Assignment assignment = assign(signature, all, options.by_position);
  remark = std::move(assignment.remark);
  std::vector<c10::IValue> bound;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (assignment.values[i] != nullptr) {
      const Value& value = *assignment.values[i];
      bound.push_back(
          bind(known[i], carrier == nullptr ? value : carrier->extended(known[i].name(), value), options.device));
    } else if (known[i].default_value()) {
      bound.push_back(*known[i].default_value());
    } else {
      throw InputError(
          fmt::format("no input is given for `{}`; `{}` takes {}", known[i].name(), method.name(), spell(known)));
    }
  }
  return bound;
}

std::string raised_text(const std::exception& error) {
  std::string kind = "RuntimeError";
  std::string text;
  if (const auto* jit = dynamic_cast<const torch::jit::JITException*>(&error)) {
    kind = jit->getPythonClassName().value_or(kind);
    text = jit->getOriginalMsg().value_or(error.what());
  } else if (const auto* torch_error = dynamic_cast<const c10::Error*>(&error)) {
    text = torch_error->what_without_backtrace();
  } else {
    text = error.what();
  }
  if (text.find(kInterpreter) != text.npos) {
    const std::string mark = "\n" + kind + ": ";
    std::size_t start = text.rfind(mark);
    const std::size_t length = start == text.npos ? kErrorClass.size() : mark.size();
    if (start == text.npos) start = text.rfind(kErrorClass);
    if (start != text.npos) text = text.substr(start + length);
  }
  if (kind.starts_with("builtins.")) kind.erase(0, std::string_view("builtins.").size());
  return kind + ": " + first_line(text);
}

}  // namespace graphwitness::exec::worker
