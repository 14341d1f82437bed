#include "exec/onnx/runtime.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <string>

#include "exec/onnx/onnxruntime.h"
#include "graphwitness/support/error.h"
#include "support/onnxruntime_library.h"

namespace graphwitness::exec::onnx {
namespace {

constexpr const char* kAdvice =
    "`scripts/fetch_onnxruntime.sh` gets it, or GRAPHWITNESS_ONNXRUNTIME names the file libonnxruntime.so";

const OrtApiBase* open_library() {
  std::string why;
  for (const std::string& name : onnxruntime_libraries()) {
    // Never closed: its threads and objects live as long as this process.
    void* library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      if (why.empty()) why = dlerror();
      continue;
    }
    void* entry = dlsym(library, "OrtGetApiBase");
    if (entry == nullptr) throw InputError(fmt::format("`{}` is not ONNX Runtime; {}", name, kAdvice));
    return reinterpret_cast<const OrtApiBase* (*)()>(entry)();
  }
  throw InputError(
      fmt::format("running ONNX models needs ONNX Runtime, which cannot be opened ({}); {}", why, kAdvice));
}

const OrtApiBase& base() {
  static const OrtApiBase* const opened = open_library();
  return *opened;
}

}  // namespace

void open_runtime() {
  const OrtApi* api = base().GetApi(ORT_API_VERSION);
  if (api == nullptr) {
    throw InputError(fmt::format("ONNX Runtime {} is older than the headers that this program was built with, 1.{}; {}",
                                 base().GetVersionString(), ORT_API_VERSION, kAdvice));
  }
  Ort::InitApi(api);
}

std::string runtime_version() { return base().GetVersionString(); }

}  // namespace graphwitness::exec::onnx
