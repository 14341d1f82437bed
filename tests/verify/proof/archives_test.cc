#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "graphwitness/frontends/load.h"
#include "support/program_files.h"
#include "verify/proof/prove.h"

namespace graphwitness::proof {
namespace {

std::string large(const std::string& name) { return GRAPHWITNESS_FIXTURE_DIR "/zoo/" + name; }
std::string small(const std::string& name) { return GRAPHWITNESS_SOURCE_DIR "/fixtures/" + name; }

Proof prove_files(const std::string& scripted, const std::string& traced, std::vector<std::int64_t> sizes,
                  Scope scope) {
  setenv(kTorchWorkerVariable, GRAPHWITNESS_TORCH_WORKER, 1);
  const Graph one = load_model(scripted);
  const Graph other = load_model(traced);
  const exec::Argument image{"", exec::Value::of(exec::Tensor{.dtype = DType::f32, .sizes = std::move(sizes)})};
  Contents contents;
  return prove(one, other, "forward", std::array{image}, scope, contents);
}

Proof prove_zoo(const std::string& name, Scope scope = Scope::same_shapes) {
  return prove_files(large(name + "_scripted.pt"), large(name + "_traced.pt"), {1, 3, 224, 224}, scope);
}

}  // namespace

TEST_CASE("small archives: healthy ones are proved, a branch on data is not, other weights are not") {
  CHECK(prove_files(small("healthy/convolutions_scripted.pt"), small("healthy/convolutions_traced.pt"), {1, 1, 8, 8},
                    Scope::same_shapes)
            .proved);
  CHECK_FALSE(
      prove_files(small("two_branch/scripted.pt"), small("two_branch/traced.pt"), {20}, Scope::same_shapes).proved);
}

TEST_CASE("networks of torchvision are proved in both scopes") {
  if (!std::filesystem::exists(large("resnet18_scripted.pt"))) return;
  for (const char* name : {"resnet18", "mobilenet_v2", "densenet121", "shufflenet_v2_x0_5"}) {
    CAPTURE(name);
    CHECK(prove_zoo(name).proved);
    CHECK(prove_zoo(name, Scope::other_shapes).proved);
  }
}

TEST_CASE("a shifted window is not proved for other shapes; a tuple against a tensor is named") {
  if (!std::filesystem::exists(large("swin_t_scripted.pt"))) return;
  CHECK_FALSE(prove_zoo("swin_t", Scope::other_shapes).proved);
  const Proof outputs = prove_zoo("googlenet");
  CHECK_FALSE(outputs.proved);
  REQUIRE(!outputs.reasons.empty());
  CHECK(outputs.reasons[0] == "output structure: the scripted model gives a tuple of 3, the traced one a tensor");
}

TEST_CASE("two networks of one kind with other weights are not proved") {
  if (!std::filesystem::exists(large("resnet34_scripted.pt"))) return;
  const Proof proof =
      prove_files(large("resnet34_scripted.pt"), large("resnet18_traced.pt"), {1, 3, 224, 224}, Scope::same_shapes);
  CHECK_FALSE(proof.proved);
}

}  // namespace graphwitness::proof
