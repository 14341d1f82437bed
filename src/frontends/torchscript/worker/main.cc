// graphwitness-torch-worker: loads one TorchScript archive and writes it as IR text to file descriptor 3.
//
// `load PATH` writes "ok\n" and the text, or "error\n" and one line; `version` writes LibTorch's version; `nursery`
// waits to be copied for any of the commands.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
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
#include "support/nursery.h"
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

/// Does first what every command would: copies need not.
std::vector<std::string> warm_and_wait() {
  torch::jit::getAllOperators();
  torch::jit::populate_upgraders_graph_map();
  return graphwitness::wait_in_nursery();
}

int run(const std::vector<std::string>& words) {
  if (const auto status = graphwitness::exec::worker::command(words)) return *status;
  if (const auto status = graphwitness::verify::worker::command(words)) return *status;
  if (const auto status = graphwitness::localize::worker::command(words)) return *status;
  const std::string_view command = words.empty() ? std::string_view() : std::string_view(words[0]);
  std::string result;
  if (command == "version" && words.size() == 1) result = TORCH_VERSION "\n";
  if (command == "load" && words.size() == 2) result = load(words[1]);
  if (result.empty()) return 2;
  return write_result(result) ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  std::vector<std::string> arguments(words + 1, words + count);
  if (arguments == std::vector<std::string>{graphwitness::Nursery::kCommand}) arguments = warm_and_wait();
  const int status = run(arguments);
  // Without taking LibTorch apart, which takes time and helps nobody.
  std::fflush(nullptr);
  _exit(status);
}
