// The plain loop that `graphwitness bench` is held against for ONNX (plain_loop.py): load, run on one thread, take the
// time.
//
// usage: onnx_loop LIBONNXRUNTIME MODEL "1 14" WARM_UP RUNS    (all inputs are int64 of these sizes, filled with ones)
// Prints the seconds of each run.

#include <dlfcn.h>
#define ORT_API_MANUAL_INIT
#include <onnxruntime_cxx_api.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

int main(int count, char** words) {
  if (count != 6) return 2;
  void* library = dlopen(words[1], RTLD_NOW);
  auto* base =
      library == nullptr ? nullptr : reinterpret_cast<const OrtApiBase* (*)()>(dlsym(library, "OrtGetApiBase"));
  if (base == nullptr) return 2;
  Ort::InitApi(base()->GetApi(ORT_API_VERSION));
  std::istringstream text(words[3]);
  std::vector<std::int64_t> sizes;
  for (std::int64_t size = 0; text >> size;) sizes.push_back(size);
  std::size_t elements = 1;
  for (const std::int64_t size : sizes) elements *= static_cast<std::size_t>(size);
  std::vector<std::int64_t> ones(elements, 1);

  const Ort::Env environment;
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(1);
  Ort::Session session(environment, words[2], options);
  Ort::AllocatorWithDefaultOptions allocator;
  std::vector<Ort::AllocatedStringPtr> kept;
  std::vector<const char*> inputs;
  std::vector<const char*> outputs;
  std::vector<Ort::Value> values;
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  for (std::size_t i = 0; i < session.GetInputCount(); ++i) {
    kept.push_back(session.GetInputNameAllocated(i, allocator));
    inputs.push_back(kept.back().get());
    values.push_back(Ort::Value::CreateTensor<std::int64_t>(memory, ones.data(), elements, sizes.data(), sizes.size()));
  }
  for (std::size_t i = 0; i < session.GetOutputCount(); ++i) {
    kept.push_back(session.GetOutputNameAllocated(i, allocator));
    outputs.push_back(kept.back().get());
  }
  const int warm_up = std::atoi(words[4]);
  const int runs = warm_up + std::atoi(words[5]);
  for (int run = 0; run < runs; ++run) {
    const auto start = std::chrono::steady_clock::now();
    session.Run(Ort::RunOptions(), inputs.data(), values.data(), values.size(), outputs.data(), outputs.size());
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    if (run >= warm_up) std::cout << seconds.count() << "\n";
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return 0;
}
