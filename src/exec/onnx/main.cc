// graphwitness-onnx-worker: runs one ONNX model with ONNX Runtime, which it opens itself.

#include <span>

#include "exec/onnx/run.h"

int main(int count, char** words) {
  return graphwitness::exec::onnx::command(std::span(words + 1, words + count)).value_or(2);
}
