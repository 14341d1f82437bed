#pragma once
/// ONNX Runtime's headers, made so that nothing of it is linked: its functions come from the library that
/// open_runtime() opens.

#define ORT_API_MANUAL_INIT
#include <onnxruntime_cxx_api.h>
