// What `inspect --graph` prints reads back to the same text: for every committed fixture, for models from the wild, and
// for real models made into the build folder.

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/program.h"
#include "graphwitness/ir/text.h"

namespace graphwitness {
namespace {

namespace fs = std::filesystem;

struct Tally {
  int same = 0;
  int refused = 0;
};

void round_trip(const fs::path& path, Tally& tally) {
  const Ran ran = graphwitness({"inspect", "--graph", path.string()});
  if (ran.status == 2) {
    ++tally.refused;
    return;
  }
  CAPTURE(path.string());
  REQUIRE(ran.status == 0);
  const bool same = print(read_ir(ran.out).graph) == ran.out;  // not CHECK on the texts: they are large
  CHECK(same);
  if (same) ++tally.same;
}

Tally round_trip_all(const fs::path& folder, std::string_view part_of_name) {
  Tally tally;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    const bool is_model = extension == ".pt" || extension == ".ptl" || extension == ".jit" || extension == ".onnx";
    const bool is_wanted = entry.path().filename().string().find(part_of_name) != std::string::npos;
    if (entry.is_regular_file() && is_model && is_wanted) round_trip(entry.path(), tally);
  }
  return tally;
}

fs::path corpus() {
  const char* named = std::getenv("GRAPHWITNESS_CORPUS");
  return named != nullptr ? fs::path(named) : fs::path(GRAPHWITNESS_SOURCE_DIR) / "../shared/corpus";
}

}  // namespace

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
