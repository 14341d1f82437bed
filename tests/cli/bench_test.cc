#include <doctest/doctest.h>

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

const std::string kScripted = fixture("two_branch/scripted.pt");
const std::string kTraced = fixture("two_branch/traced.pt");
const std::string kOnnx = fixture("two_branch/traced.onnx");

Ran bench(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "bench");
  return graphwitness(arguments);
}

nlohmann::json json_of(std::vector<std::string> arguments, int status = 0) {
  arguments.insert(arguments.end(), {"--format", "json"});
  const Ran ran = bench(std::move(arguments));
  CHECK(ran.status == status);
  nlohmann::json json = nlohmann::json::parse(ran.out);
  CHECK(schema_violations(read_schema("bench"), json) == std::vector<std::string>{});
  return json;
}

}  // namespace

TEST_CASE("every model is timed as often as asked, and the JSON fits its schema") {
  const auto json = json_of({kTraced, kScripted, "--input", "float32[20]", "--runs", "7", "--warmup", "2"});
  REQUIRE(json["models"].size() == 2);
  for (const auto& model : json["models"]) {
    CHECK(model["seconds"].size() == 7);
    CHECK(model["latency"]["least"] > 0);
    CHECK(model["latency"]["least"] <= model["latency"]["median"]);
    CHECK(model["latency"]["median"] <= model["latency"]["p90"]);
    CHECK(model["load_seconds"] > 0);
    CHECK(model["peak_memory"] > 1 << 20);
    CHECK(contains(model["runtime"].get<std::string>(), "LibTorch "));
  }
  CHECK(json["models"][0]["speed_up"] == 1.0);
  CHECK(json["models"][1]["speed_up"] > 0);
}

TEST_CASE("inputs come from a file, too") {
  const auto json = json_of({kTraced, "--inputs", fixture("two_branch/example.pt"), "--runs", "2", "--warmup", "0"});
  CHECK(json["models"][0]["seconds"].size() == 2);
}

TEST_CASE("the table has a line for each model, and says what was measured") {
  const Ran ran = bench({kTraced, kScripted, "--input", "float32[20]", "--runs", "3"});
  CHECK(ran.status == 0);
  CHECK(contains(ran.out, "on cpu with "));
  CHECK(contains(ran.out, "3 runs after 10 to warm up; inputs: generated; seed 0\n"));
  for (const std::string& text : {kTraced, kScripted, std::string("mean"), std::string("MiB")}) {
    CHECK(contains(ran.out, text));
  }
}

TEST_CASE("ONNX models take part where ONNX Runtime is there, and say how inputs found their place") {
  if (!std::ifstream(GRAPHWITNESS_ONNX_WORKER)) return;
  const auto json = json_of({kTraced, kOnnx, "--input", "input=float32[20]", "--runs", "3"});
  CHECK(contains(json["models"][1]["runtime"].get<std::string>(), "ONNX Runtime "));
}

TEST_CASE("a model that cannot be timed is an error of its own, exit 2; the others are timed") {
  for (const char* name : {"raises", "crashes", "asks_for_too_much"}) {
    const std::string path = fixture(std::string("misbehaving/") + name + ".pt");
    const auto json =
        json_of({path, fixture("misbehaving/well_behaved.pt"), "--input", "x=float32[4]:0..1", "--runs", "2"}, 2);
    CHECK(json["models"][0]["status"] == "error");
    CHECK(contains(json["models"][0]["error"].get<std::string>(), path));
    CHECK(json["models"][0]["seconds"].empty());
    CHECK(json["models"][1]["seconds"].size() == 2);
    CHECK(json["models"][1]["speed_up"] == nullptr);
  }
  const Ran slow = bench({fixture("misbehaving/never_ends.pt"), "--input", "x=float32[4]:0..1", "--timeout", "2"});
  CHECK(slow.status == 2);
  CHECK(contains(slow.err, "took longer than `--timeout`, 2 s"));
  const Ran no_model = bench({fixture("bad/text.pt"), "--input", "float32[4]"});
  CHECK(no_model.status == 2);
  CHECK(contains(no_model.err, "expected an exported graph"));
}

TEST_CASE("timings from elsewhere come first, and speed-ups are against them") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "native.json").string();
  std::ofstream(path) << R"({"name": "eager", "runtime": "PyTorch 1.13.1", "seconds": [2, 1, 3], "load_seconds": 0.5})";
  const auto json = json_of({"--native", path, kTraced, "--input", "float32[20]", "--runs", "2"});
  CHECK(json["models"][0]["name"] == "eager");
  CHECK(json["models"][0]["measured"] == "elsewhere");
  CHECK(json["models"][0]["latency"]["median"] == 2.0);
  CHECK(json["models"][0]["latency"]["mean"] == 2.0);
  CHECK(json["models"][0]["latency"]["deviation"] == 1.0);
  CHECK(json["models"][0]["latency"]["p90"] == 3.0);
  CHECK(json["models"][1]["speed_up"] > 1);
  for (const char* wrong : {"[1, 2]", R"({"seconds": []})", R"({"seconds": [-1]})", R"({"seconds": ["a"]})", "{"}) {
    std::ofstream(path) << wrong;
    const Ran ran = bench({"--native", path, kTraced, "--input", "float32[20]"});
    CHECK(ran.status == 2);
    CHECK(contains(ran.err, path));
  }
}

TEST_CASE("wrong numbers are told before anything is run") {
  for (const char* option : {"--runs", "--threads", "--warmup"}) {
    const Ran ran = bench({kTraced, "--input", "float32[20]", option, "-1"});
    CHECK(ran.status == 2);
    CHECK(contains(ran.err, std::string("`") + option + "` is -1"));
  }
  CHECK(contains(bench({}).err, "no model named"));
}

}  // namespace graphwitness
