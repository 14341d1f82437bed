// graphwitness-torch-worker: loads one TorchScript archive and writes it as IR text to file descriptor 3.
//
// `load PATH` writes "ok\n" and the text, or "error\n" and one line; `version` writes LibTorch's version.

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exec/torch/run.h"
#include "frontends/torchscript/worker/errors.h"
#include "frontends/torchscript/worker/libtorch.h"
#include "frontends/torchscript/worker/loader.h"
#include "graphwitness/ir/text.h"
#include "graphwitness/support/error.h"
#include "localize/torch/command.h"
#include "support/sandbox.h"
#include "verify/torch/command.h"

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

std::string error_line(std::string line) {
  std::ranges::replace(line, '\n', ' ');
  return "error\n" + line + "\n";
}

std::string load(const std::string& path) {
  try {
    // Before the archive is touched: from here on nothing in this process can change a file or reach the network.
    const std::vector<std::string> remarks = graphwitness::apply_sandbox();
    return "ok\n" + graphwitness::print(graphwitness::torchscript::load(path, remarks), {.comments = false});
  } catch (const graphwitness::InputError& error) {
    return error_line(error.what());
  } catch (const std::bad_alloc&) {
    return error_line("`" + path + "`: not enough memory to load it");
  } catch (const std::exception& error) {
    return error_line("`" + path + "`: " + graphwitness::torchscript::one_line(error));
  }
}

}  // namespace

int main(int count, char** words) {
  const std::string_view command = count > 1 ? words[1] : "";
  const std::span<char* const> all(words + 1, words + count);
  if (const auto status = graphwitness::exec::worker::command(all)) return *status;
  if (const auto status = graphwitness::verify::worker::command(all)) return *status;
  if (const auto status = graphwitness::localize::worker::command(all)) return *status;
  std::string result;
  if (command == "version" && count == 2) result = TORCH_VERSION "\n";
  if (command == "load" && count == 3) result = load(words[2]);
  if (result.empty()) return 2;
  return write_result(result) ? 0 : 1;
}
