#include "exec/onnx/environment.h"

namespace graphwitness::exec::onnx {

Ort::Env& environment() {
  // Never destroyed: sessions may outlive statics at exit.
  static auto* const one = new Ort::Env(ORT_LOGGING_LEVEL_ERROR, "graphwitness");
  return *one;
}

}  // namespace graphwitness::exec::onnx
