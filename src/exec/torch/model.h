#pragma once
/// A TorchScript model loaded to be run. Loading runs what the archive says is run at loading
/// (`__setstate__`), so this belongs into a worker in the sandbox.

#include <ATen/core/ivalue.h>  // first: clang cannot read module.h without
#include <torch/csrc/jit/api/module.h>

#include <exception>
#include <string>
#include <vector>

#include "exec/carrier.h"
#include "exec/messages.h"

namespace graphwitness::exec::worker {

/// Throws InputError.
torch::jit::Module load_model(const std::string& path, at::Device device);

/// Throws InputError where LibTorch or the machine does not have it.
at::Device device_of(Device device);

/// Throws InputError that names the methods there are.
torch::jit::Method method_of(const torch::jit::Module& model, const std::string& name);

std::vector<ModelInputs::Parameter> parameters_of(const torch::jit::Method& method);

struct BindOptions {
  bool by_position = false;  ///< as RunRequest has it
  at::Device device = at::kCPU;
  Carrier* carrier = nullptr;  ///< what goes round between calls; null: nothing
};

/// The method's arguments in its order, defaults filled in. `remark` gets what assign() remarks. Throws InputError for
/// names and types that do not fit.
std::vector<c10::IValue> bind_arguments(const torch::jit::Method& method, const std::vector<Argument>& arguments,
                                        const BindOptions& options, std::string& remark);

/// The message of what a model raised, without the interpreter's trace: "ValueError: the sum is positive".
std::string raised_text(const std::exception& error);

}  // namespace graphwitness::exec::worker
