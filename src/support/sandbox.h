#pragma once
/// Takes from the calling process, for good, what a worker has no need of: changing files, the network, starting
/// programs, touching other processes. Descriptors that are open already stay usable; reading files stays allowed.
///
/// Call it before the process starts threads: Landlock binds the calling thread and those it starts later. Two locks
/// on one door: Landlock (kernel 5.13) decides by what a path is, seccomp by the system call, so that most of the
/// promise holds where the kernel has only one of them. CUDA opens its devices for writing, so it cannot run in here.

#include <string>
#include <vector>

namespace graphwitness {

/// Remarks for the user, one line each, about what this kernel could not lock; empty when all is locked.
std::vector<std::string> apply_sandbox();

}  // namespace graphwitness
