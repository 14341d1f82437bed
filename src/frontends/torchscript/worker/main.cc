#include <torch/version.h>

#include <iostream>

#include "support/version.h"

int main() {
  std::cout << "graphwitness-torch-worker " << graphwitness::version() << ", LibTorch " << TORCH_VERSION << '\n';
  return 0;
}
