#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "cli/program.h"
#include "json_schema.h"
#include "temporary_folder.h"

namespace graphwitness {
namespace {

using Json = nlohmann::json;

Json inspected(const std::string& model) {
  const Ran ran = graphwitness({"inspect", "--format", "json", model});
  CHECK_MESSAGE(ran.status == 0, ran.err);
  const Json json = Json::parse(ran.out);
  CHECK(schema_violations(read_schema("inspect"), json) == std::vector<std::string>{});
  return json;
}

std::string origin_of(const Json& json, const std::string& ending) {
  for (const Json& callable : json["callables"]) {
    if (callable["name"].get<std::string>().ends_with(ending)) return callable["origin"];
  }
  return "no such function";
}

}  // namespace

TEST_CASE("inspect tells methods, weights and control flow of an archive") {
  const Json json = inspected(fixture("two_branch/scripted.pt"));
  CHECK(json["format"] == "torchscript");
  CHECK(json["methods"][0]["name"] == "forward");
  CHECK(json["methods"][0]["inputs"][0]["name"] == "input");
  CHECK(json["parameters"] == Json::parse(R"({"tensors": 1, "elements": 200, "bytes": 800, "unknown_shapes": 0})"));
  CHECK(json["buffers"]["elements"] == 0);
  CHECK(json["control_flow"] == Json::parse(R"([{"op": "prim::If", "count": 1}])"));
}

TEST_CASE("of mixed archives each function has its origin") {
  const Json bar = inspected(fixture("functions/bar_scripted.pt"));
  CHECK(origin_of(bar, "foo") == "traced");
  const Json parent = inspected(fixture("mixed/traced_parent_scripted_child.pt"));
  CHECK(parent["methods"][0]["origin"] == "mixed");
}

TEST_CASE("inspect tells the types of an ONNX model") {
  const Json json = inspected(fixture("two_branch/scripted.onnx"));
  CHECK(json["format"] == "onnx");
  CHECK(json["parameters"]["elements"].get<int>() >= 200);
  CHECK(json["control_flow"] == Json::parse(R"([{"op": "onnx::If", "count": 1}])"));
}

TEST_CASE("the graph as text reads back as the same text") {
  const TemporaryFolder folder;
  for (const char* name : {"two_branch/scripted.pt", "two_branch/traced.pt", "two_branch/scripted.onnx"}) {
    const std::string file = folder.path() / "graph.ir";
    CHECK(graphwitness({"inspect", "--graph", fixture(name), "-o", file, "--quiet"}).status == 0);
    const Ran again = graphwitness({"inspect", "--graph", file});
    CHECK(again.status == 0);
    CHECK(again.out == graphwitness({"inspect", "--graph", fixture(name)}).out);
    CHECK(graphwitness({"check", file}).status == graphwitness({"check", fixture(name)}).status);
  }
}

TEST_CASE("the text names classes and functions as the Python did") {
  const Ran ran = graphwitness({"inspect", fixture("mixed/scripted_parent_traced_child.pt")});
  CHECK(ran.out.find("\n  scripted BranchingParent.forward  (") != std::string::npos);
  CHECK(ran.out.find("\n  traced   ") != std::string::npos);
  CHECK(ran.out.find("__torch__") == std::string::npos);
  CHECK(ran.out.find("torch_mangle") == std::string::npos);
}

TEST_CASE("what the text leaves out, it says") {
  const Ran ran =
      graphwitness({"inspect", "--ops", "2", "--depth", "0", fixture("mixed/traced_parent_scripted_child.pt")});
  CHECK(ran.out.find("more kinds (--ops shows them)") != std::string::npos);
  CHECK(ran.out.find("further down (--depth shows them)") != std::string::npos);
}

}  // namespace graphwitness
