#include "verify/torch/command.h"

// clang-format off: clang cannot read Parallel.h before ivalue.h
#include <ATen/core/ivalue.h>
// clang-format on
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "exec/torch/model.h"
#include "exec/wire.h"
#include "graphwitness/support/error.h"
#include "support/sandbox.h"
#include "verify/messages.h"
#include "verify/torch/searcher.h"
#include "verify/torch/subject.h"

namespace graphwitness::verify::worker {
namespace {

constexpr int kResult = 3;

void write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(kResult, bytes.data(), bytes.size());
    if (written <= 0) throw InputError("what was found cannot be handed over");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void tell(const Answer& answer) { write_all(exec::frame(encode_answer(answer))); }

std::string_view standard_input() {
  struct stat info {};
  if (fstat(STDIN_FILENO, &info) != 0 || info.st_size == 0) throw InputError("no task");
  const auto size = static_cast<std::size_t>(info.st_size);
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
  if (data == MAP_FAILED) throw InputError("no task");
  return {static_cast<const char*>(data), size};
}

void search(const Task& task) {
  Subject subject(task.request);
  tell(Searcher(task.request, subject, tell).run());
}

void replay(const Task& task) {
  Subject subject(task.request);
  subject.record();
  for (const auto& call : task.calls) {
    exec::RunAnswer answer;
    answer.kind = exec::RunAnswer::Kind::result;
    answer.result = subject.replay(call);
    write_all(exec::frame(exec::encode_answer(answer)));
  }
}

void refuse(const std::string& text, bool of_search) {
  if (of_search) return tell(Refusal{text});
  exec::RunAnswer answer;
  answer.kind = exec::RunAnswer::Kind::refused;
  answer.text = text;
  write_all(exec::frame(exec::encode_answer(answer)));
}

}  // namespace

std::optional<int> command(std::span<const std::string> words) {
  const std::string_view name = words.size() == 1 ? std::string_view(words[0]) : std::string_view();
  if (name != "search" && name != "replay") return std::nullopt;
  apply_sandbox();
  const c10::NoGradGuard no_gradients;
  torch::jit::setGraphExecutorOptimize(false);
  at::manual_seed(0);  // loading may run code of the archive
  try {
    const Task task = decode_task(standard_input());
    at::set_num_threads(static_cast<int>(task.threads));
    name == "search" ? search(task) : replay(task);
  } catch (const std::exception& error) {
    refuse(dynamic_cast<const InputError*>(&error) != nullptr ? error.what() : exec::worker::raised_text(error),
           name == "search");
  }
  return 0;
}

}  // namespace graphwitness::verify::worker
