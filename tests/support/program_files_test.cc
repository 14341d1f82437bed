#include "support/program_files.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

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

TEST_CASE("what lies in the same folder counts before what lies where a program in bin/ has it") {
  unsetenv(kModelsVariable);
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const std::filesystem::path beside = folder / "graphwitness-models";
  REQUIRE_FALSE(std::filesystem::exists(beside));
  CHECK(models_program().filename() == "graphwitness-models");
  CHECK(models_program() != beside);
  std::ofstream(beside) << "";
  CHECK(models_program() == beside);
  std::filesystem::remove(beside);
}

}  // namespace graphwitness
