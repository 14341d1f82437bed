#pragma once
/// The worker's side of `bench` for TorchScript: the archive is loaded as it is, and run as LibTorch runs it by
/// default, with the optimising executor, without gradients. On CUDA a call is over when the device has done its work.

#include <string>

namespace graphwitness::exec::worker {

/// The request is on standard input.
void bench(const std::string& path);

}  // namespace graphwitness::exec::worker
