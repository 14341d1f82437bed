#pragma once
/// How a process that was just made becomes a worker: a session of its own, its descriptors, its bounds.

#include <sys/resource.h>
#include <sys/types.h>

namespace graphwitness {

/// Those below may be taken by a worker's own.
inline constexpr int kFirstFreeDescriptor = 5;

struct WorkerPlace {
  int input;   ///< becomes standard input
  int output;  ///< becomes standard output and error
  int result;  ///< becomes descriptor 3
  int talk;    ///< becomes descriptor 4; -1: there is none
  pid_t parent;
  rlim_t result_limit;
  rlim_t memory_limit;  ///< 0: none
};

/// System calls only, so that it may stand between fork and exec. Ends the process when the parent is gone. Other
/// descriptors are closed, or marked to be closed by exec.
enum class OtherDescriptors : unsigned char { close, close_on_exec };
void take_place(const WorkerPlace& place, OtherDescriptors others);

}  // namespace graphwitness
