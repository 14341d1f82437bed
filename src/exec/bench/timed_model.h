#pragma once
/// The worker's side of `bench`: one model that waits for its turns and times itself.
///
/// Time is taken around the model's call alone. A turn is over when the worker's other threads have come to rest, so
/// that threads of a runtime that wait busily for more do not slow down the model that is next.

#include <cstddef>
#include <string>

#include "exec/messages.h"

namespace graphwitness::exec::worker {

class TimedModel {
 public:
  TimedModel() = default;
  virtual ~TimedModel() = default;
  TimedModel(const TimedModel&) = delete;
  TimedModel& operator=(const TimedModel&) = delete;

  /// "LibTorch 1.13.1"
  virtual std::string runtime() const = 0;
  virtual void load() = 0;
  /// Once, after load(): what a user would do before calls.
  virtual void prepare() = 0;
  /// Calls the model with this sample's arguments and waits for its results. Throws what the model raises.
  virtual void call(std::size_t sample) = 0;
  /// How it is run differs from what one would expect; "": it does not.
  virtual std::string remark() const { return {}; }
};

/// Takes turns until there are no more, then answers: the runtime and the peak memory. The first time it is told to run
/// it begins with the first of `samples`, and goes round.
void take_turns(TimedModel& model, std::size_t samples);

}  // namespace graphwitness::exec::worker
