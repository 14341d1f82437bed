#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/program.h"
#include "contains.h"
#include "json_schema.h"

namespace graphwitness {
namespace {

const std::string kFixtures = GRAPHWITNESS_SOURCE_DIR "/fixtures/";
const std::string kScripted = kFixtures + "two_branch/scripted.pt";
const std::string kTraced = kFixtures + "two_branch/traced.pt";
const std::string kWell = kFixtures + "misbehaving/well_behaved.pt";

Ran compare(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "compare");
  return graphwitness(arguments);
}

nlohmann::json json_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--format", "json"});
  nlohmann::json json = nlohmann::json::parse(compare(std::move(arguments)).out);
  CHECK(schema_violations(read_schema("compare"), json) == std::vector<std::string>{});
  return json;
}

}  // namespace

TEST_CASE("models that differ exit with 1, and the report says how, where and how to repeat it") {
  const Ran result = compare({kScripted, kTraced, "--input", "float32[20]", "--samples", "50"});
  CHECK(result.status == 1);
  CHECK(contains(result.out, "shape [10, 20] against [10], in "));
  CHECK(contains(result.out, "of 50 samples"));
  CHECK(contains(result.out, "(seed "));
}

TEST_CASE("models that agree exit with 0 and the largest difference") {
  const Ran result = compare({kTraced, kTraced, "--input", "float32[20]"});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "largest difference 0"));
  CHECK(compare({kTraced, kTraced, "--input", "float32[20]", "--quiet"}).out.empty());
}

TEST_CASE("the JSON fits its schema: difference, agreement, a model's error, the reference's error") {
  const nlohmann::json differ = json_of({kScripted, kTraced, "--inputs", kFixtures + "two_branch/negative.npz"});
  CHECK(differ["match"] == false);
  CHECK(differ["pairs"][0]["first_difference"]["difference"] == "shape");
  CHECK(json_of({kTraced, kTraced, "--input", "float32[20]"})["match"] == true);
  const nlohmann::json error = json_of({kTraced, kFixtures + "bad/text.pt", kTraced, "--input", "float32[20]"});
  CHECK(error["match"] == false);
  CHECK(error["pairs"][0]["status"] == "error");
  CHECK(error["pairs"][1]["match"] == true);
  const nlohmann::json reference =
      json_of({kFixtures + "misbehaving/raises.pt", kWell, "--input", "x=float32[4]:0..1"});
  CHECK(contains(reference["error"].get<std::string>(), "ValueError: the sum is positive"));
  CHECK(reference["pairs"][0]["match"] == false);
}

TEST_CASE("a model that cannot be run is an error of its own, exit 2") {
  for (const char* name : {"crashes", "raises", "asks_for_too_much"}) {
    const std::string path = kFixtures + "misbehaving/" + name + ".pt";
    const Ran result = compare({path, kWell, "--input", "x=float32[4]:0..1"});
    CHECK(result.status == 2);
    CHECK(contains(result.err, "error: `" + path + "`: "));
    CHECK(result.out.empty());
  }
  for (const char* name : {"crashes", "raises"}) {
    const std::string path = kFixtures + "misbehaving/" + name + ".pt";
    const Ran result = compare({kWell, path, "--input", "x=float32[4]:0..1"});
    CHECK(result.status == 2);
    CHECK(contains(result.err, "error: `" + path + "`: "));
  }
}

TEST_CASE("outputs that an ONNX graph draws at random are said to be, and not held to differ") {
  const std::string folder = "/usr/share/libonnx-testdata/data/node/";
  if (!std::ifstream(GRAPHWITNESS_ONNX_WORKER) || !std::ifstream(folder + "test_bernoulli/model.onnx")) return;
  for (const std::string name : {"test_bernoulli", "test_training_dropout_mask"}) {
    const nlohmann::json json =
        json_of({folder + name + "/model.onnx", "--inputs", folder + name + "/test_data_set_0"});
    // ONNX Runtime 1.21 has no Bernoulli for the opset of Debian 13's data.
    if (contains(json["pairs"][0]["error"].dump(), "Could not find an implementation")) continue;
    CHECK(json["match"] == true);
    CHECK(contains(json["pairs"][0]["notes"].dump(), "is drawn at random"));
  }
}

TEST_CASE("--localize names the branch that the trace lost, its line, and the operations on both sides") {
  const Ran text = compare({kScripted, kTraced, "--input", "float32[20]", "--samples", "20", "--localize"});
  CHECK(text.status == 1);
  CHECK(contains(text.out, "first operation that differs: arm, the branch ("));
  CHECK(contains(text.out, "my_module.py` line 20)"));
  const nlohmann::json json = json_of({kScripted, kTraced, "--input", "float32[20]", "--samples", "20", "--localize"});
  const nlohmann::json& first = json["pairs"][0]["first_operation"];
  CHECK(first["cause"] == "arm");
  CHECK(first["candidate"]["op"] == "aten::mv");
  CHECK(first["candidate"]["line"] == 21);
  CHECK(first["candidate"]["inputs"].size() == 2);
  CHECK(json_of({kTraced, kTraced, "--input", "float32[20]", "--localize"})["pairs"][0]["first_operation"].is_null());
}

TEST_CASE("--localize names the loop whose turns a trace froze") {
  const std::string folder = kFixtures + "verify/";
  const nlohmann::json json = json_of({folder + "converges_scripted.pt", folder + "converges_traced.pt", "--input",
                                       "float32[3]:5..9", "--samples", "3", "--localize"});
  REQUIRE(json["match"] == false);
  CHECK(json["pairs"][0]["first_operation"]["cause"] == "loop");
}

TEST_CASE("--localize says what it cannot follow") {
  const std::vector<std::vector<std::string>> refused{
      {"--expected", kFixtures + "two_branch/example.pt"}, {"--sequence"}, {"--device", "cuda"}};
  for (std::vector<std::string> more : refused) {
    more.insert(more.begin(), {kScripted, kTraced, "--input", "float32[20]", "--localize"});
    const Ran result = compare(more);
    CHECK(result.status == 2);
    CHECK(contains(result.err, "--localize"));
  }
}

TEST_CASE("SARIF and JUnit say what differs, and what could not be run") {
  const std::vector<std::string> models{kScripted,   kTraced, kFixtures + "bad/text.pt", "--input", "float32[20]",
                                        "--samples", "50"};
  std::vector<std::string> arguments = models;
  arguments.insert(arguments.end(), {"--format", "sarif"});
  const nlohmann::json sarif = nlohmann::json::parse(compare(arguments).out);
  CHECK(sarif["version"] == "2.1.0");
  const nlohmann::json& run = sarif["runs"][0];
  REQUIRE(run["results"].size() == 1);
  CHECK(run["results"][0]["ruleId"] == "outputs-differ");
  CHECK(run["results"][0]["level"] == "error");
  CHECK(run["tool"]["driver"]["rules"][run["results"][0]["ruleIndex"].get<std::size_t>()]["id"] == "outputs-differ");
  CHECK(run["invocations"][0]["executionSuccessful"] == false);
  arguments.back() = "junit";
  const std::string junit = compare(arguments).out;
  CHECK(contains(junit, "tests=\"2\" failures=\"1\" errors=\"1\""));
  CHECK(contains(junit, "<failure message=\"outputs differ in "));
  CHECK(contains(junit, "<error message="));
}

TEST_CASE("expected outputs are the reference, and every model is held against them") {
  const std::string example = kFixtures + "two_branch/negative.npz";
  const Ran result = compare({kTraced, "--inputs", example, "--expected", example});
  CHECK(result.status == 1);
  CHECK(contains(result.out, "negative.npz"));
  CHECK(contains(result.out, "shape [20] against [10]"));
}

TEST_CASE("a difference in numbers is shown with its place and a histogram") {
  const Ran result = compare({kWell, kFixtures + "stateful/adds_noise.pt", "--input", "float32[4]"});
  CHECK(result.status == 1);
  CHECK(contains(result.out, "largest difference at ["));
  CHECK(contains(result.out, "elements by difference over tolerance:"));
}

TEST_CASE("wrong usage is told before any model runs") {
  const auto says = [](std::vector<std::string> arguments, const char* part) {
    const Ran result = compare(std::move(arguments));
    return result.status == 2 && contains(result.err, part);
  };
  CHECK(says({kTraced}, "expected a reference and at least one candidate"));
  CHECK(says({kTraced, kTraced, "--dim", "batch"}, "expected NAME=N"));
  CHECK(says({kTraced, kTraced, "--carry", "state"}, "`--carry` is `state`"));
  CHECK(says({kTraced, kTraced, "--context", "x=y"}, "`--context` is `x=y`"));
  CHECK(says({kTraced, kTraced, "--device", "tpu"}, "`--device` is `tpu`"));
  CHECK(says({kTraced, kTraced, "--input", "int64[20]"}, "needs a range"));
  CHECK(says({kTraced, kTraced, "--samples", "0", "--input", "float32[20]"}, "`--samples` is 0"));
  CHECK(says({kTraced, kTraced, "--rtol=-1", "--input", "float32[20]"}, "`--rtol` is -1"));
  CHECK(says({kTraced, kTraced, "--input", "float33[20]"}, "unknown type `float33`"));
  CHECK(says({kTraced, kTraced, "--input", "float32[20]", "--inputs", "x.pt"}, "both `--inputs` and `--input`"));
  CHECK(says({kTraced, kTraced, "--inputs", "nowhere.pt"}, "there is no such file"));
  CHECK(says({kTraced, kTraced, "--inputs", kFixtures + "two_branch/example.pt", "--samples", "3"}, "leave it out"));
  CHECK(says({kTraced, kTraced}, "--input 'input=float32[SIZES]'"));
}

}  // namespace graphwitness
