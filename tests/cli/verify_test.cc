#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/program.h"
#include "json_schema.h"
#include "temporary_folder.h"

namespace graphwitness {
namespace {

Ran verify(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "verify");
  return graphwitness(arguments);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

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

TEST_CASE("wrong models and options are told") {
  CHECK(verify({}).status == 2);
  CHECK(contains(verify({fixture("two_branch/scripted.onnx")}).err, "expected the scripted TorchScript archive"));
  const Ran third =
      verify({fixture("two_branch/scripted.pt"), fixture("two_branch/traced.pt"), fixture("two_branch/traced.onnx")});
  CHECK(third.status == 2);
  CHECK(contains(third.err, "cannot run yet"));
  CHECK(verify({fixture("two_branch/scripted.pt"), "--budget", "-1"}).status == 2);
}

}  // namespace graphwitness
