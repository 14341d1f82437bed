#pragma once
/// The one environment of ONNX Runtime in this process. open_runtime() comes first.

#include "exec/onnx/onnxruntime.h"

namespace graphwitness::exec::onnx {

Ort::Env& environment();

}  // namespace graphwitness::exec::onnx
