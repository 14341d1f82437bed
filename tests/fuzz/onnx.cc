/// An ONNX file.
#include "frontends/onnx/read_onnx.h"
#include "graphwitness/support/error.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace graphwitness;
  try {
    const fuzz::InputFile file(fuzz::text_of(data, size));
    read_onnx(file.path());
  } catch (const InputError&) {
    return 0;  // one clear line is what bad input gets
  }
  return 0;
}
