#pragma once
/// How much memory a process uses, and how much this machine lets us use. Linux only (/proc, control groups).

#include <sys/types.h>

#include <cstdint>

namespace graphwitness {

/// Bytes resident that are the process's own: anonymous and shared memory, not mapped files. 0 when not known.
std::uint64_t resident_memory_of(pid_t process);

/// The most bytes that this process has ever had resident, mapped files among them. 0 when not known.
std::uint64_t peak_memory_of_self();

/// Bytes of main memory, or of the control group's allowance when that is less.
std::uint64_t usable_memory();

}  // namespace graphwitness
