#include "exec/bench/contestant.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "exec/wire.h"
#include "exec/worker_end.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// How often a worker's bounds are looked at while it runs.
constexpr int kLookMilliseconds = 20;

std::vector<double> in_seconds(const std::vector<std::int64_t>& nanoseconds) {
  std::vector<double> seconds;
  seconds.reserve(nanoseconds.size());
  for (const std::int64_t one : nanoseconds) seconds.push_back(static_cast<double>(one) * 1e-9);
  return seconds;
}

}  // namespace

Contestant::Contestant(std::string path, SubprocessCommand command, const FileHandle& request)
    : model_{.name = std::move(path)}, command_(std::move(command)), timeout_(command_.timeout) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  talk_ = FileHandle(ends[0]);
  const FileHandle theirs(ends[1]);
  // A worker that stops in the middle of a word is one that has gone.
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  setsockopt(talk_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  command_.timeout = milliseconds(0);  // of a turn, not of the worker's life
  command_.input = request.get();
  command_.talk = theirs.get();
  worker_ = std::make_unique<Subprocess>(command_);
}

void Contestant::fail(const std::string& why) {
  model_.error = why.find(model_.name) == why.npos ? fmt::format("`{}`: {}", model_.name, why) : why;
  worker_.reset();
}

void Contestant::read_result(const SubprocessOutcome& outcome) {
  std::string_view rest = outcome.result.bytes();
  std::string_view content;
  bool done = false;
  while (!failed() && !done && take_frame(rest, content)) {
    const RunAnswer answer = decode_answer(content);
    switch (answer.kind) {
      case RunAnswer::Kind::refused:
        fail(answer.text);
        break;
      case RunAnswer::Kind::done:
        done = true;
        if (!answer.text.empty()) model_.notes.push_back(answer.text);
        break;
      case RunAnswer::Kind::result: {
        const std::vector<Value>& said = answer.result.output.items;
        if (said.size() != 2) throw InputError("its worker answered with something that is no answer");
        model_.runtime = said[0].text;
        model_.peak_memory = static_cast<std::uint64_t>(said[1].integer);
        break;
      }
    }
  }
  if (!failed() && !done) fail(worker_end(command_, outcome));
}

void Contestant::wait_for_end() {
  const Clock::time_point most = Clock::now() + std::chrono::seconds(10);
  while (!worker_->advance()) {
    if (Clock::now() > most) return fail("its worker does not answer any more, and was stopped");
    wait_for_any({worker_.get()});
  }
  const SubprocessOutcome outcome = worker_->take_outcome();
  try {
    read_result(outcome);
  } catch (const InputError& error) {
    fail(error.what());
  }
  worker_.reset();
}

void Contestant::left_early() {
  wait_for_end();
  if (!failed()) fail("its worker ended before it was told to");
}

std::optional<std::vector<std::int64_t>> Contestant::wait_for_times() {
  const Clock::time_point start = Clock::now();
  while (true) {
    pollfd polled{talk_.get(), POLLIN, 0};
    if (poll(&polled, 1, kLookMilliseconds) > 0) {
      auto times = hear_times(talk_.get());
      if (!times) left_early();
      return times;
    }
    if (worker_->advance()) {
      left_early();
      return std::nullopt;
    }
    if (timeout_.count() != 0 && Clock::now() - start >= timeout_) {
      fail(fmt::format("it took longer than `--timeout`, {} s, and was stopped",
                       std::chrono::duration<double>(timeout_).count()));
      return std::nullopt;
    }
  }
}

std::optional<std::vector<std::int64_t>> Contestant::take_turn(const Turn& turn) {
  if (failed()) return std::nullopt;
  say_turn(talk_.get(), turn);
  return wait_for_times();
}

void Contestant::wait_until_ready() {
  if (!failed()) wait_for_times();
}

void Contestant::load() {
  const auto times = take_turn({.kind = Turn::Kind::load});
  if (times && times->size() == 1) model_.load_seconds = in_seconds(*times).front();
}

std::vector<double> Contestant::run(std::uint32_t runs) {
  if (runs == 0) return {};
  const auto times = take_turn({.kind = Turn::Kind::run, .runs = runs});
  if (!times) return {};
  if (times->size() != runs) fail("its worker answered with something that is no answer");
  return in_seconds(*times);
}

void Contestant::keep(const std::vector<double>& seconds) {
  model_.seconds.insert(model_.seconds.end(), seconds.begin(), seconds.end());
}

BenchedModel Contestant::end() {
  if (!failed()) {
    say_turn(talk_.get(), {.kind = Turn::Kind::end});
    wait_for_end();
  }
  if (failed()) model_.seconds.clear();
  return std::move(model_);
}

}  // namespace graphwitness::exec
