#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/program.h"
#include "contains.h"
#include "json_schema.h"
#include "temporary_folder.h"

namespace graphwitness {
namespace {

Ran verify(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "verify");
  return graphwitness(arguments);
}

const std::string kExample = fixture("two_branch/example.pt");

}  // namespace

TEST_CASE("a script and its trace that part are refuted, and the witness is kept and repeats") {
  const TemporaryFolder folder;
  const std::string kept = (folder.path() / "witness").string();
  const Ran ran = verify({fixture("two_branch/scripted.pt"), fixture("two_branch/traced.pt"), "--example", kExample,
                          "--budget", "5", "--witness-dir", kept, "--format", "json"});
  CHECK(ran.status == 1);
  const nlohmann::json json = nlohmann::json::parse(ran.out);
  CHECK(schema_violations(read_schema("verify"), json) == std::vector<std::string>{});
  CHECK(json["verdict"]["same_shapes"] == "refuted");
  CHECK(json["witnesses"]["same_shapes"]["against"] == "trace");
  CHECK(json["assumptions"].empty());
  CHECK(json["scopes"]["same_shapes"]["reasons"].empty());
  const std::string witness = json["witnesses"]["same_shapes"]["dir"];
  for (const char* file : {"witness.pt", "witness.npz", "witness.json"})
    CHECK(std::filesystem::exists(witness + "/" + file));
  for (const char* file : {"/witness.pt", "/witness.npz"}) {
    const Ran again = graphwitness(
        {"compare", "--inputs", witness + file, fixture("two_branch/scripted.pt"), fixture("two_branch/traced.pt")});
    CHECK(again.status == 1);
  }
}

TEST_CASE("a healthy pair is proved, with what it takes for granted") {
  const Ran ran = verify({fixture("healthy/convolutions_scripted.pt"), fixture("healthy/convolutions_traced.pt"),
                          "--input", "float32[1,1,8,8]", "--budget", "2", "--format", "json"});
  const nlohmann::json json = nlohmann::json::parse(ran.out);
  CHECK(schema_violations(read_schema("verify"), json) == std::vector<std::string>{});
  CHECK(json["verdict"]["same_shapes"] == "proved");
  CHECK(contains(json["assumptions"].dump(), "training mode"));
  CHECK(ran.status == 0);
}

TEST_CASE("without a trace nothing is proved, and the witness is against the replay") {
  const Ran ran =
      verify({fixture("two_branch/scripted.pt"), "--example", kExample, "--budget", "5", "--format", "json"});
  const nlohmann::json json = nlohmann::json::parse(ran.out);
  CHECK(schema_violations(read_schema("verify"), json) == std::vector<std::string>{});
  CHECK(json["verdict"]["same_shapes"] == "refuted");
  CHECK(json["witnesses"]["same_shapes"]["against"] == "replay");
  CHECK(json["witnesses"]["same_shapes"]["dir"].is_null());
}

TEST_CASE("that the archives do not even hold the same is said") {
  const Ran ran = verify({fixture("verify/state_scripted.pt"), fixture("verify/state_traced.pt"), "--example",
                          fixture("verify/state_example.pt"), "--budget", "5", "--format", "json"});
  CHECK(ran.status == 1);
  const nlohmann::json json = nlohmann::json::parse(ran.out);
  CHECK(json["verdict"]["same_shapes"] == "refuted");
  CHECK(contains(json["scopes"]["same_shapes"]["reasons"].dump(),
                 "`total` holds other values in the two archives as they are saved"));
}

TEST_CASE("a third model: the step that is to blame is named, and what agrees is not proved") {
  if (!std::filesystem::exists(GRAPHWITNESS_ONNX_WORKER)) return;  // built without ONNX Runtime
  const auto report = [](const std::string& exported, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{fixture("verify/exported_scripted.pt"),
                                       fixture("verify/exported_traced.pt"),
                                       fixture("verify/exported_" + exported + ".onnx"),
                                       "--example",
                                       fixture("verify/exported_example.pt"),
                                       "--budget",
                                       "5",
                                       "--format",
                                       "json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const nlohmann::json json = nlohmann::json::parse(verify(arguments).out);
    CHECK(schema_violations(read_schema("verify"), json) == std::vector<std::string>{});
    return json;
  };
  const nlohmann::json right = report("right");
  CHECK(right["verdict"]["same_shapes"] == "undecided");
  CHECK(right["verdict"]["other_shapes"] == "undecided");
  CHECK(contains(right["reasons"].dump(), "the ONNX model is not"));

  const TemporaryFolder folder;
  const std::string kept = (folder.path() / "witness").string();
  const nlohmann::json number = report("other_number", {"--witness-dir", kept});
  CHECK(number["verdict"]["same_shapes"] == "refuted");
  CHECK(number["witnesses"]["same_shapes"]["step"] == "export");
  CHECK(number["witnesses"]["same_shapes"]["against"] == "onnx");
  const std::string python = nlohmann::json::parse(std::ifstream(kept + "/same_shapes/witness.json"))["python"];
  CHECK(contains(python, "import onnxruntime"));
  CHECK(contains(python, "onnx not run: neither onnxruntime nor onnx.reference"));
  // Only large numbers show it, and the example has none.
  const nlohmann::json clipping = report("clipping");
  CHECK(clipping["verdict"]["same_shapes"] == "refuted");
  CHECK(clipping["witnesses"]["same_shapes"]["step"] == "export");
  const nlohmann::json fixed = report("static");
  CHECK(fixed["verdict"]["same_shapes"] == "undecided");
  CHECK(fixed["verdict"]["other_shapes"] == "refuted");
  CHECK(fixed["witnesses"]["other_shapes"]["step"] == "export");

  const Ran branch = verify({fixture("two_branch/scripted.pt"), fixture("two_branch/traced.pt"),
                             fixture("two_branch/traced.onnx"), "--example", kExample, "--budget", "5"});
  CHECK(branch.status == 1);
  CHECK(contains(branch.out, "wrong since: capture"));
}

TEST_CASE("a refutation in the formats of a CI points at the line of the decision") {
  const auto report = [](const char* format) {
    return verify({fixture("two_branch/scripted.pt"), fixture("two_branch/traced.pt"), "--example", kExample,
                   "--budget", "5", "--format", format})
        .out;
  };
  const nlohmann::json sarif = nlohmann::json::parse(report("sarif"));
  CHECK(sarif_violations(sarif) == std::vector<std::string>{});
  const nlohmann::json& result = sarif["runs"][0]["results"].at(0);
  CHECK(result["ruleId"] == "trace-differs");
  const nlohmann::json& place = result["locations"].at(0)["physicalLocation"];
  CHECK(contains(place["artifactLocation"]["uri"].get<std::string>(), "my_module.py"));
  CHECK(place["region"]["startLine"] == 20);
  CHECK(contains(report("github"), "my_module.py,line=20,title=trace-differs::same shapes: refuted"));
  CHECK(contains(report("markdown"), "| trace-differs | same shapes: refuted"));
  CHECK(contains(report("junit"), "tests=\"2\" failures=\"2\" errors=\"0\""));
}

TEST_CASE("wrong models and options are told") {
  CHECK(verify({}).status == 2);
  CHECK(contains(verify({fixture("two_branch/scripted.onnx")}).err, "expected the scripted TorchScript archive"));
  const Ran third =
      verify({fixture("two_branch/scripted.pt"), fixture("two_branch/traced.pt"), fixture("two_branch/traced.pt")});
  CHECK(third.status == 2);
  CHECK(contains(third.err, "expected an ONNX model in third place"));
  CHECK(verify({fixture("two_branch/scripted.pt"), "--budget", "-1"}).status == 2);
}

}  // namespace graphwitness
