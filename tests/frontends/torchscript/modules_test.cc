#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "frontends/torchscript/worker.h"
#include "graphwitness/ir/text.h"

namespace graphwitness {
namespace {

std::int64_t parameter_count(const Graph& graph) {
  std::int64_t total = 0;
  for (ModuleId module : graph.modules()) {
    for (const ModuleAttribute& attribute : graph[graph[module].attributes]) {
      if (attribute.role != ModuleAttribute::Role::parameter) continue;
      if (graph[attribute.value].kind != Literal::Kind::tensor) continue;
      std::int64_t count = 1;
      for (const Dim& dim : graph[graph[attribute.type].dims]) count *= dim.extent;
      total += count;
    }
  }
  return total;
}

std::string shown(const Graph& graph, ModuleId module, std::string_view name) {
  const ModuleAttribute* attribute = graph.attribute(module, name);
  return attribute == nullptr ? "" : print_literal(graph, attribute->value);
}

}  // namespace

TEST_CASE("parameters lie in the archive's file, where their bytes are") {
  const std::string path = fixture("two_branch/scripted.pt");
  const Graph graph = load_archive(path);
  CHECK(parameter_count(graph) == 200);
  REQUIRE(graph.tensors().size() == 1);
  const Tensor& weight = graph[*graph.tensors().begin()];
  CHECK(graph[weight.file] == path);
  CHECK(weight.length == 800);
  // torch.nn.Parameter(torch.rand(10, 20)): every number is in [0, 1).
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(weight.offset));
  std::vector<float> numbers(200);
  file.read(reinterpret_cast<char*>(numbers.data()), 800);
  for (float number : numbers) CHECK((number >= 0 && number < 1));
}

TEST_CASE("plain attributes are literals") {
  const Graph graph = load_archive(fixture("features/attributes.pt"));
  const ModuleId root = *graph.modules().begin();
  CHECK(graph.attribute(root, "mean")->role == ModuleAttribute::Role::buffer);
  CHECK(graph[graph.attribute(root, "sizes")->value].kind == Literal::Kind::list);
  CHECK(graph[graph.attribute(root, "table")->value].kind == Literal::Kind::dict);
  CHECK(shown(graph, root, "pair") == "(7, \"seven\")");
  CHECK(graph[graph.attribute(root, "maybe")->value].kind == Literal::Kind::none);
}

TEST_CASE("a tensor that two modules share is one tensor") {
  // PyTorch writes a shared module once for each attribute, but its tensors once.
  const Graph graph = load_archive(fixture("features/shared_module.pt"));
  REQUIRE(graph.modules().size() == 3);
  const auto weight_of = [&](std::uint32_t module) {
    return graph[graph.attribute(ModuleId{module}, "weight")->value].bits;
  };
  CHECK(weight_of(1) == weight_of(2));
  CHECK(graph.tensors().size() == 2);
}

TEST_CASE("`__setstate__` is not run") {
  const std::string mark = "graphwitness_setstate_was_run";
  const Graph graph = load_archive(fixture("setstate/writes_file.pt"));
  CHECK_FALSE(std::filesystem::exists(mark));
  const ModuleId root = *graph.modules().begin();
  CHECK(graph[root].has_setstate);
  CHECK(graph[graph.attribute(root, "weight")->value].kind == Literal::Kind::unknown);
  CHECK(properties(graph, "setstate_tensors") == std::vector<std::string>{"1"});
  REQUIRE_FALSE(properties(graph, "remark").empty());
  CHECK(properties(graph, "remark")[0].find("`__setstate__` of `__torch__.WritesFile`") != std::string::npos);
  CHECK(load_archive(fixture("setstate/raises.pt")).functions().size() == 3);
}

TEST_CASE("properties of the archive") {
  CHECK(properties(load_archive(fixture("features/bundled_inputs.pt")), "bundled_inputs").size() == 1);
  CHECK(properties(load_archive(fixture("features/mobile.ptl")), "mobile").size() == 1);
  CHECK_FALSE(properties(load_archive(fixture("features/extra_files.pt")), "extra_file").empty());
  CHECK(properties(load_archive(fixture("features/training.pt")), "training") == std::vector<std::string>{"true"});
  CHECK(properties(load_archive(fixture("features/evaluation.pt")), "training") == std::vector<std::string>{"false"});
  CHECK(properties(load_archive(fixture("features/frozen.pt")), "training").empty());
}

TEST_CASE("archives of other names, devices and number types") {
  CHECK(parameter_count(load_archive(fixture("features/repacked.pt"))) == 126);
  CHECK(parameter_count(load_archive(fixture("features/from_gpu.pt"))) == 126);
  const Graph half = load_archive(fixture("features/half.pt"));
  CHECK(half[half[*half.tensors().begin()].type].dtype == DType::f16);
  // Packed weights of quantized modules are objects of LibTorch's own classes, whose code is not run either.
  const Graph quantized = load_archive(fixture("custom_ops/quantized_linear.pt"));
  CHECK(count_nodes(quantized, "quantized::linear_dynamic") == 2);
}

}  // namespace graphwitness
