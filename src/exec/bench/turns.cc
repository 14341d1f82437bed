#include "exec/bench/turns.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace graphwitness::exec {
namespace {

constexpr std::uint32_t kMostTimes = 1U << 24U;

/// Writes all of it with `put`, a system call. A partner that has gone is noticed when it is listened to.
template <typename Put>
void say(const void* data, std::size_t size, Put put) {
  const char* at = static_cast<const char*>(data);
  while (size != 0) {
    const ssize_t count = put(at, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    at += count;
    size -= static_cast<std::size_t>(count);
  }
}

bool hear(int talk, void* data, std::size_t size) {
  char* at = static_cast<char*>(data);
  while (size != 0) {
    const ssize_t count = read(talk, at, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    at += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace

void say_turn(int talk, const Turn& turn) {
  // A worker that has gone must not end this program by SIGPIPE.
  say(&turn, sizeof turn, [&](const char* at, std::size_t size) { return send(talk, at, size, MSG_NOSIGNAL); });
}

std::optional<Turn> hear_turn(int talk) {
  Turn turn;
  if (!hear(talk, &turn, sizeof turn)) return std::nullopt;
  return turn;
}

void say_times(int talk, const std::vector<std::int64_t>& times) {
  // Not with `send`, which the sandbox refuses.
  const auto put = [&](const char* at, std::size_t size) { return write(talk, at, size); };
  const auto count = static_cast<std::uint32_t>(times.size());
  say(&count, sizeof count, put);
  say(times.data(), times.size() * sizeof(std::int64_t), put);
}

std::optional<std::vector<std::int64_t>> hear_times(int talk) {
  std::uint32_t count = 0;
  if (!hear(talk, &count, sizeof count) || count > kMostTimes) return std::nullopt;
  std::vector<std::int64_t> times(count);
  if (!hear(talk, times.data(), times.size() * sizeof(std::int64_t))) return std::nullopt;
  return times;
}

}  // namespace graphwitness::exec
