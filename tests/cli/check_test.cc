#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "cli/program.h"
#include "contains.h"
#include "fake_worker.h"
#include "json_schema.h"
#include "temporary_folder.h"
#include "zip_file.h"

namespace graphwitness {
namespace {

using Json = nlohmann::json;

/// The JSON of `check`, which fits its schema.
Json checked(std::vector<std::string> arguments, int status) {
  arguments.insert(arguments.begin(), {"check", "--format", "json"});
  const Ran ran = graphwitness(arguments);
  CHECK(ran.status == status);
  const Json json = Json::parse(ran.out);
  CHECK(schema_violations(read_schema("check"), json) == std::vector<std::string>{});
  return json;
}

}  // namespace

TEST_CASE("the scripted two-branch module has its finding, at the line of the `if`") {
  const Json json = checked({fixture("two_branch/scripted.pt")}, 1);
  const Json& model = json["models"][0];
  CHECK(model["methods"] == Json::parse(R"([{"name": "forward", "origin": "scripted"}])"));
  REQUIRE(model["findings"].size() == 1);
  const Json& finding = model["findings"][0];
  CHECK(finding["rule"] == "data-dependent-branch");
  CHECK(finding["severity"] == "error");
  CHECK(finding["inputs"] == Json::parse(R"(["input"])"));
  CHECK(finding["location"]["line"] == 20);
  std::string trail;
  for (const Json& step : finding["trail"]) trail += step["op"].get<std::string>() + " ";
  CHECK(contains(trail, "aten::sum aten::gt "));
  CHECK(finding["keeps"] != "");
  CHECK(finding["loses"] != "");
  CHECK(json["summary"]["errors"] == 1);
}

TEST_CASE("the text shows the line and marks the `if`") {
  const Ran ran = graphwitness({"check", fixture("two_branch/scripted.pt")});
  CHECK(ran.status == 1);
  CHECK(contains(ran.out, "my_module.py:20:9: error: "));
  CHECK(contains(ran.out, "\n   20 |         if input.sum() > 0:\n      |         ^"));
}

TEST_CASE("recorded paths are shown relative to the source root") {
  const Ran ran = graphwitness({"check", "--source-root", fixture("two_branch"), fixture("two_branch/scripted.pt")});
  CHECK(contains(ran.out, "\nmy_module.py:20:9: error: "));
}

TEST_CASE("a traced model is told to be traced, and has nothing found") {
  const Ran ran = graphwitness({"check", fixture("two_branch/traced.pt")});
  CHECK(ran.status == 0);
  CHECK(contains(ran.out, "nothing found (torchscript; forward traced)"));
  CHECK(contains(ran.err, "remark: `" + fixture("two_branch/traced.pt") + "`: traced: "));
  const Json json = checked({fixture("two_branch/traced.pt")}, 0);
  CHECK(json["models"][0]["methods"][0]["origin"] == "traced");
}

TEST_CASE("a pair: what the trace has lost, and which arm it kept, in either order") {
  const std::string scripted = fixture("two_branch/scripted.pt");
  const std::string traced = fixture("two_branch/traced.pt");
  for (const auto& [model, other] : {std::pair(scripted, traced), std::pair(traced, scripted)}) {
    const Json json = checked({model, "--against", other}, 1);
    REQUIRE(json["models"].size() == 1);
    CHECK(json["models"][0]["path"] == model);
    CHECK(json["models"][0]["against"] == other);
    REQUIRE(json["models"][0]["findings"].size() == 1);
    const Json& finding = json["models"][0]["findings"][0];
    CHECK(finding["rule"] == "data-dependent-branch");
    CHECK(finding["severity"] == "error");
    CHECK(finding["location"]["line"] == 20);
    CHECK(finding["keeps"] == "the arm for true: `aten::mv` (line 21)");
    CHECK(finding["loses"] == "the condition and the other arm: `aten::add` (line 23)");
  }
  const Ran ran = graphwitness({"check", traced, "--against", scripted});
  CHECK(contains(
      ran.out, traced + " against " + scripted + ": 1 error (torchscript; forward traced, against forward scripted)"));
  CHECK(ran.err == "");
}

TEST_CASE("what is no pair, or cannot be read, is one line and status 2") {
  const std::string scripted = fixture("two_branch/scripted.pt");
  const std::string traced = fixture("two_branch/traced.pt");
  const auto error = [](const std::string& model, const std::string& other) {
    const Ran ran = graphwitness({"check", model, "--against", other});
    CHECK(ran.status == 2);
    CHECK(ran.out == "");
    CHECK(std::count(ran.err.begin(), ran.err.end(), '\n') == 1);
    return ran.err;
  };
  CHECK(contains(error(traced, traced), "both are traced, expected a scripted and a traced archive"));
  CHECK(contains(error(scripted, scripted), "both are scripted, expected"));
  CHECK(contains(error(scripted, fixture("bad/text.pt")), "is a text file, expected an exported graph"));
  CHECK(contains(error(fixture("bad/text.pt"), scripted), "is a text file, expected an exported graph"));
  CHECK(contains(error(scripted, "missing.pt"), "`missing.pt` does not exist"));
  CHECK(graphwitness({"check", scripted, traced, "--against", traced}).status == 2);
}

TEST_CASE("quiet says nothing where nothing was found") {
  const Ran ran = graphwitness({"check", "--quiet", fixture("two_branch/traced.pt")});
  CHECK(ran.status == 0);
  CHECK(ran.out == "");
  CHECK(ran.err == "");
}

TEST_CASE("what fails is chosen by severity, rules and purpose") {
  const std::string model = fixture("two_branch/scripted.pt");
  CHECK(graphwitness({"check", "--fail-on", "never", model}).status == 0);
  CHECK(graphwitness({"check", "--fail-on", "error", model}).status == 1);
  CHECK(graphwitness({"check", "--ignore", "data-dependent-branch", model}).status == 0);
  CHECK(graphwitness({"check", "--select", "data-dependent-loop", model}).status == 0);
  CHECK(graphwitness({"check", "--select", "data-dependent-branch,data-dependent-loop", model}).status == 1);
  const Json script = checked({"--for", "script", model}, 0);
  CHECK(script["summary"]["notes"] == 1);
  CHECK(graphwitness({"check", "--for", "script", "--fail-on", "note", model}).status == 1);
}

TEST_CASE("one bad model does not keep the others from being checked") {
  const Json json = checked({fixture("bad/text.pt"), fixture("two_branch/scripted.pt"), "missing.pt"}, 2);
  REQUIRE(json["models"].size() == 3);
  CHECK(json["models"][0]["status"] == "error");
  CHECK(contains(json["models"][0]["error"].get<std::string>(), "is a text file, expected an exported graph"));
  CHECK(json["models"][1]["findings"].size() == 1);
  CHECK(contains(json["models"][2]["error"].get<std::string>(), "`missing.pt` does not exist"));
}

TEST_CASE("every bad file is one line that names it, and status 2") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(fixture("bad"))) {
    // ONNX that is wrong inside is data for rules, and the reader's tests look at what cannot be read.
    if (entry.path().extension() != ".pt") continue;
    for (const char* command : {"check", "inspect"}) {
      const Ran ran = graphwitness({command, entry.path()});
      CHECK_MESSAGE(ran.status == 2, entry.path().string());
      CHECK_MESSAGE(ran.out == "", entry.path().string());
      CHECK_MESSAGE(std::count(ran.err.begin(), ran.err.end(), '\n') == 1, ran.err);
      CHECK_MESSAGE(ran.err.starts_with("error: `" + entry.path().string() + "`"), ran.err);
      CHECK_MESSAGE(ran.err.size() < entry.path().string().size() + 300, ran.err);
    }
    ++count;
  }
  CHECK(count >= 10);
}

TEST_CASE("a checkpoint is told what to do") {
  const std::string path = fixture("bad/checkpoint.pt");
  CHECK(graphwitness({"check", path}).err ==
        "error: `" + path +
            "` is a checkpoint written by `torch.save`, expected an exported graph; save the model with "
            "`torch.jit.save`\n");
}

TEST_CASE("folders: every model below, an empty one is an error") {
  const TemporaryFolder folder;
  CHECK(contains(graphwitness({"check", folder.path()}).err, "is empty, expected TorchScript or ONNX in it"));
  CHECK(graphwitness({"check", folder.path()}).status == 2);
  CHECK(contains(graphwitness({"inspect", folder.path()}).err, "is a folder, expected a model file"));
  std::filesystem::create_directory(folder.path() / "inner");
  std::filesystem::copy(fixture("two_branch/scripted.pt"), folder.path() / "inner" / "a");
  std::filesystem::copy(fixture("two_branch/traced.pt"), folder.path() / "b");
  write_file(folder.path() / "notes.txt", "notes");
  const Json json = checked({folder.path()}, 1);
  REQUIRE(json["models"].size() == 2);
  CHECK(json["models"][0]["path"] == (folder.path() / "b").string());
  CHECK(json["models"][1]["path"] == (folder.path() / "inner" / "a").string());
}

TEST_CASE("an archive whose `__setstate__` acts does not act, and says that it has one") {
  for (const char* name : {"setstate/writes_file.pt", "setstate/raises.pt"}) {
    for (const auto& command : {std::vector<std::string>{"check", "--ignore=file-access-op"}, {"inspect"}}) {
      std::vector<std::string> words = command;
      words.push_back(fixture(name));
      const Ran ran = graphwitness(words);
      CHECK_MESSAGE(ran.status == 0, ran.err);
      CHECK_MESSAGE(contains(ran.err + ran.out, "__setstate__"), ran.err);
    }
  }
}

TEST_CASE("operators that LibTorch does not have are named") {
  const bool has_attention = !contains(graphwitness({"--version"}).out, "LibTorch 1.");
  const std::pair<const char*, bool> cases[] = {{"custom_ops/nms.pt", true},
                                                {"pytorch_2_6/sdpa_scripted.pt", !has_attention}};
  for (const auto& [name, is_missing] : cases) {
    const Json json = checked({"--fail-on", "never", fixture(name)}, 0);
    const Json& findings = json["models"][0]["findings"];
    const bool named = std::any_of(findings.begin(), findings.end(),
                                   [](const Json& finding) { return finding["rule"] == "missing-op"; });
    CHECK_MESSAGE(named == is_missing, name);
  }
}

TEST_CASE("a worker that is killed, hangs or floods is a clear error of its model") {
  const TemporaryFolder folder;
  const std::string model = write_file(folder.path() / "m.pt", torchscript_names());
  const auto error = [&](const std::string& script) {
    const FakeWorker worker(script);
    const Ran ran = graphwitness({"check", "--timeout", "1", model});
    CHECK(ran.status == 2);
    CHECK(ran.out == "");
    CHECK(std::count(ran.err.begin(), ran.err.end(), '\n') == 1);
    CHECK(ran.err.starts_with("error: `" + model + "`: "));
    return ran.err;
  };
  CHECK(contains(error("kill -9 $$"), "was killed by SIGKILL, as the system does when memory runs out"));
  CHECK(contains(error("kill -SEGV $$"), "was killed by SIGSEGV (Segmentation fault)"));
  CHECK(contains(error("sleep 60"), "took longer than the limit of 1 s"));
  CHECK(contains(error("exec yes"), "took longer than the limit of 1 s"));
  CHECK(contains(error("true"), "without an answer"));
}

TEST_CASE("nothing is left running when the program is killed") {
  const TemporaryFolder folder;
  const std::string model = write_file(folder.path() / "m.pt", torchscript_names());
  const std::string mark = (folder.path() / "alive").string();
  const FakeWorker worker("echo $$ > " + mark + "; exec sleep 60");
  // A killed process may still be in the list until its new parent has waited for it: state Z.
  const std::string line = std::string("timeout -s KILL 1 '") + GRAPHWITNESS_PROGRAM + "' check '" + model +
                           "' 2>/dev/null; sleep 0.3; test -s " + mark + " && ! grep -q 'State:.[RSD]' /proc/$(cat " +
                           mark + ")/status 2>/dev/null";
  CHECK(std::system(line.c_str()) == 0);
}

}  // namespace graphwitness
