#include "support/program_files.h"

#include <doctest/doctest.h>

#include <cstdlib>

namespace graphwitness {

TEST_CASE("the worker's place is relative to the program, and the environment overrides it") {
  unsetenv(kTorchWorkerVariable);
  const std::filesystem::path beside = torch_worker_program();
  CHECK(beside.is_absolute());
  CHECK(beside.filename() == "graphwitness-torch-worker");

  setenv(kTorchWorkerVariable, "/elsewhere/worker", 1);
  CHECK(torch_worker_program() == "/elsewhere/worker");
  setenv(kTorchWorkerVariable, "", 1);
  CHECK(torch_worker_program() == beside);
}

}  // namespace graphwitness
