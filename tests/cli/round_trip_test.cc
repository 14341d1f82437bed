// What `inspect --graph` prints reads back to the same text: for every committed fixture, for models from the wild, and
// for real models made into the build folder, all of which are read in this process, by copies of one worker.

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/program.h"
#include "graphwitness/frontends/load.h"
#include "graphwitness/ir/text.h"
#include "support/nursery.h"
#include "support/program_files.h"

namespace graphwitness {
namespace {

namespace fs = std::filesystem;

struct Tally {
  int same = 0;
  int refused = 0;
};

std::vector<std::string> models_below(const fs::path& folder, std::string_view part_of_name) {
  std::vector<std::string> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    const bool is_model = extension == ".pt" || extension == ".ptl" || extension == ".jit" || extension == ".onnx";
    const bool is_wanted = entry.path().filename().string().find(part_of_name) != std::string::npos;
    if (entry.is_regular_file() && is_model && is_wanted) paths.push_back(entry.path().string());
  }
  return paths;
}

Tally round_trip_all(const fs::path& folder, std::string_view part_of_name) {
  setenv(kTorchWorkerVariable, GRAPHWITNESS_TORCH_WORKER, 1);
  const Nursery nursery(torch_worker_program());
  ModelLoader loader(models_below(folder, part_of_name), {.jobs = 2});
  Tally tally;
  while (const auto model = loader.next()) {
    if (!model->graph) {
      ++tally.refused;
      continue;
    }
    CAPTURE(model->path);
    const std::string text = print(*model->graph);
    const bool same = print(read_ir(text).graph) == text;  // not CHECK on the texts: they are large
    CHECK(same);
    if (same) ++tally.same;
  }
  unsetenv(kTorchWorkerVariable);
  return tally;
}

fs::path corpus() {
  const char* named = std::getenv("GRAPHWITNESS_CORPUS");
  return named != nullptr ? fs::path(named) : fs::path(GRAPHWITNESS_SOURCE_DIR) / "../shared/corpus";
}

}  // namespace

TEST_CASE("the program prints the text that reads back the same") {
  const std::string text = graphwitness({"inspect", "--graph", fixture("two_branch/scripted.pt")}).out;
  CHECK(text.starts_with("format torchscript\n"));
  CHECK(print(read_ir(text).graph) == text);
}

TEST_CASE("every committed fixture prints as text that reads back the same") {
  const Tally tally = round_trip_all(fs::path(GRAPHWITNESS_SOURCE_DIR) / "fixtures", "");
  CHECK(tally.same >= 80);
  CHECK(tally.refused >= 20);  // fixtures/bad, inputs, an unknown custom class
}

TEST_CASE("models from the wild print as text that reads back the same") {
  if (!fs::exists(corpus())) {
    MESSAGE("skipped: no folder of models beside the checkout, and GRAPHWITNESS_CORPUS names none");
    return;
  }
  const Tally tally = round_trip_all(corpus(), "");
  CHECK(tally.same >= 12);
  CHECK(tally.refused == 1);  // the layout of 2018
}

TEST_CASE("20 scripted torchvision models print as text that reads back the same") {
  CHECK(round_trip_all(fs::path(GRAPHWITNESS_FIXTURE_DIR) / "zoo", "scripted").same == 20);
}

TEST_CASE("20 traced torchvision models print as text that reads back the same") {
  CHECK(round_trip_all(fs::path(GRAPHWITNESS_FIXTURE_DIR) / "zoo", "traced").same == 20);
}

TEST_CASE("ResNet-18 is healthy, and has the parameters that it should have") {
  const std::string path = (fs::path(GRAPHWITNESS_FIXTURE_DIR) / "resnet18_scripted.pt").string();
  CHECK(graphwitness({"check", path}).status == 0);
  CHECK(graphwitness({"inspect", path}).out.find("parameters: 11,689,512 in 62 tensors") != std::string::npos);
}

}  // namespace graphwitness
