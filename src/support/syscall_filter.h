#pragma once
/// Refuses system calls that a worker has no need of, for all threads of the process, by seccomp. Calls are refused
/// with an error, not by death, so that a library that only tries one goes on without it.

namespace graphwitness {

/// False when this kernel does not filter system calls.
bool filter_system_calls();

}  // namespace graphwitness
