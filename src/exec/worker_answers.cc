#include "exec/worker_answers.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "exec/wire.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec::worker {
namespace {

constexpr int kResult = 3;

void write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(kResult, bytes.data(), bytes.size());
    if (written <= 0) throw InputError("its outputs cannot be handed over");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::string_view standard_input() {
  struct stat info {};
  if (fstat(STDIN_FILENO, &info) != 0 || info.st_size == 0) throw InputError("no request");
  const auto size = static_cast<std::size_t>(info.st_size);
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
  if (data == MAP_FAILED) throw InputError("no request");
  return {static_cast<const char*>(data), size};
}

void answer(const RunAnswer& answer) { write_all(frame(encode_answer(answer))); }

void answer(SampleResult result) {
  RunAnswer given;
  given.kind = RunAnswer::Kind::result;
  given.result = std::move(result);
  answer(given);
}

}  // namespace graphwitness::exec::worker
