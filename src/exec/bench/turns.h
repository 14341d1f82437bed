#pragma once
/// How `bench` and the workers that it times talk: the program says whose turn it is, the worker does what it is told
/// and says how long that took. Over a socket, since it has to be known at once.

#include <cstdint>
#include <optional>
#include <vector>

namespace graphwitness::exec {

struct Turn {
  enum class Kind : std::uint32_t {
    load,  ///< answered with one time
    run,   ///< `runs` times, answered with as many
    end,   ///< not answered
  };
  Kind kind = Kind::end;
  std::uint32_t runs = 0;
};

void say_turn(int talk, const Turn& turn);
/// None when the program has gone.
std::optional<Turn> hear_turn(int talk);

/// Nanoseconds. A worker says an empty list once it is ready for its first turn.
void say_times(int talk, const std::vector<std::int64_t>& times);
/// Waits for nothing but the worker. None when it has gone, or said something else.
std::optional<std::vector<std::int64_t>> hear_times(int talk);

}  // namespace graphwitness::exec
