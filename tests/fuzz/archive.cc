/// The archive of a TorchScript model: its directory, and every pickle in it.
#include "frontends/torchscript/worker/archive.h"

#include "frontends/torchscript/worker/pickle.h"
#include "graphwitness/support/error.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace graphwitness;
  try {
    const fuzz::InputFile file(fuzz::text_of(data, size));
    torchscript::Archive archive(file.path());
    for (const auto& [name, record] : archive.records()) {
      if (name.ends_with(".pkl")) torchscript::Pickle(archive, name);
    }
  } catch (const InputError&) {
    return 0;  // one clear line is what bad input gets
  }
  return 0;
}
