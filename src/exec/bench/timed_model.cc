#include "exec/bench/timed_model.h"

#include <sys/resource.h>

#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "exec/bench/turns.h"
#include "exec/worker_answers.h"
#include "support/process_memory.h"

namespace graphwitness::exec::worker {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int kTalk = 4;

template <typename Action>
std::int64_t timed(Action action) {
  const Clock::time_point start = Clock::now();
  action();
  return std::chrono::nanoseconds(Clock::now() - start).count();
}

microseconds processor_time() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto of = [](const timeval& time) { return std::chrono::seconds(time.tv_sec) + microseconds(time.tv_usec); };
  return of(used.ru_utime) + of(used.ru_stime);
}

/// Until this process does nothing for a moment. Not forever: a runtime may have threads that never rest.
void come_to_rest() {
  constexpr milliseconds kMoment{1};
  constexpr int kMostMoments = 100;
  for (int i = 0; i < kMostMoments; ++i) {
    const microseconds before = processor_time();
    std::this_thread::sleep_for(kMoment);
    if (processor_time() - before < microseconds(kMoment) / 4) return;
  }
}

}  // namespace

void take_turns(TimedModel& model, std::size_t samples) {
  say_times(kTalk, {});
  std::size_t next = 0;
  while (const auto turn = hear_turn(kTalk)) {
    if (turn->kind == Turn::Kind::end) break;
    std::vector<std::int64_t> times;
    if (turn->kind == Turn::Kind::load) {
      times.push_back(timed([&] { model.load(); }));
      model.prepare();
    } else {
      for (std::uint32_t i = 0; i < turn->runs; ++i) {
        times.push_back(timed([&] { model.call(next); }));
        next = (next + 1) % samples;
      }
    }
    come_to_rest();
    say_times(kTalk, times);
  }
  const auto peak = static_cast<std::int64_t>(peak_memory_of_self());
  answer(SampleResult{.output = Value::tuple({Value::of(model.runtime()), Value::of(peak)})});
  answer(RunAnswer{.text = model.remark()});
}

}  // namespace graphwitness::exec::worker
