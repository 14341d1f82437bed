// The least that comparing takes: load each model, run it on so many random inputs, keep the outputs. What
// `graphwitness compare` is measured against (compare.sh).
//
// usage: bare_runs SAMPLES "1 3 224 224" MODEL...

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>
#include <torch/csrc/jit/serialization/import.h>

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <vector>

int main(int count, char** words) {
  if (count < 4) return 2;
  const int samples = std::atoi(words[1]);
  std::istringstream text(words[2]);
  std::vector<std::int64_t> sizes;
  for (std::int64_t size = 0; text >> size;) sizes.push_back(size);

  const c10::NoGradGuard no_gradients;
  torch::jit::setGraphExecutorOptimize(false);
  std::vector<at::Tensor> outputs;
  for (int i = 3; i < count; ++i) {
    torch::jit::Module model = torch::jit::load(words[i]);
    for (int sample = 0; sample < samples; ++sample) {
      at::manual_seed(static_cast<std::uint64_t>(sample));
      outputs.push_back(model.forward({at::randn(sizes)}).toTensor());
    }
  }
  std::cout << outputs.size() << " outputs\n";
  return 0;
}
