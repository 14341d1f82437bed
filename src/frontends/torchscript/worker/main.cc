// graphwitness-torch-worker: loads one TorchScript archive and writes it as IR text to file descriptor 3.
//
// `load PATH` writes "ok\n" and the text, or "error\n" and one line; `version` writes LibTorch's version.

#include <unistd.h>

#include <exception>
#include <span>
#include <string>
#include <string_view>

#include "exec/torch/run.h"
#include "frontends/torchscript/worker/libtorch.h"
#include "frontends/torchscript/worker/loader.h"
#include "graphwitness/ir/text.h"
#include "graphwitness/support/error.h"

namespace {

constexpr int kResult = 3;

bool write_result(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(kResult, text.data(), text.size());
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string load(const std::string& path) {
  try {
    return "ok\n" + graphwitness::print(graphwitness::torchscript::load(path), {.comments = false});
  } catch (const graphwitness::InputError& error) {
    return "error\n" + std::string(error.what()) + "\n";
  }
}

}  // namespace

int main(int count, char** words) {
  const std::string_view command = count > 1 ? words[1] : "";
  if (const auto status = graphwitness::exec::worker::command(std::span(words + 1, words + count))) return *status;
  std::string result;
  if (command == "version" && count == 2) result = TORCH_VERSION "\n";
  if (command == "load" && count == 3) result = load(words[2]);
  if (result.empty()) return 2;
  return write_result(result) ? 0 : 1;
}
