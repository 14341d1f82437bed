#pragma once
/// The steps that exporters spell an operator out in, where it is one operator in TorchScript and several in ONNX.

#include <ATen/core/ivalue.h>

#include <string_view>
#include <vector>

namespace graphwitness::localize::worker {

/// What the steps before the last compute; nothing for operators that stay one. The inputs are the operator's.
std::vector<at::Tensor> steps_of(std::string_view op, const std::vector<c10::IValue>& inputs);

}  // namespace graphwitness::localize::worker
