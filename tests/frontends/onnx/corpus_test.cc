// Models from elsewhere: each loads, prints, and reads back equal.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "frontends/onnx/read_onnx.h"
#include "graphwitness/ir/text.h"

namespace graphwitness {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> models_below(const fs::path& folder) {
  std::vector<fs::path> models;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (entry.path().extension() == ".onnx") models.push_back(entry.path());
  }
  std::ranges::sort(models);
  return models;
}

void check_round_trips(const std::vector<fs::path>& models) {
  for (const fs::path& model : models) {
    CAPTURE(model.string());
    const std::string text = print(read_onnx(model.string()));
    CHECK(print(read_ir(text).graph) == text);
  }
  MESSAGE(models.size() << " models read back equal");
}

TEST_CASE("every model of ONNX's own test data") {
  for (const char* part : {"node", "simple", "pytorch-converted", "pytorch-operator"}) {
    const auto models = models_below(fs::path("/usr/share/libonnx-testdata/data") / part);
    if (models.empty()) {
      MESSAGE("skipped: the package libonnx-testdata is not installed");
      return;
    }
    check_round_trips(models);
  }
}

TEST_CASE("models from the wild") {
  const char* set = std::getenv("GRAPHWITNESS_CORPUS");
  const fs::path corpus = set != nullptr ? fs::path(set) : fs::path(GRAPHWITNESS_SOURCE_DIR) / "../shared/corpus";
  const auto models = models_below(corpus);
  if (models.empty()) {
    MESSAGE("skipped: no models in " << corpus.string() << "; set GRAPHWITNESS_CORPUS to a folder of them");
    return;
  }
  check_round_trips(models);
}

TEST_CASE("the fixtures") {
  const auto all = models_below(fs::path(GRAPHWITNESS_SOURCE_DIR) / "fixtures");
  std::vector<fs::path> models;
  for (const fs::path& model : all) {
    if (model.parent_path().filename() != "bad") models.push_back(model);
  }
  CHECK(models.size() >= 7);
  check_round_trips(models);
}

}  // namespace
}  // namespace graphwitness
