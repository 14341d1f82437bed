#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/program.h"
#include "contains.h"
#include "fake_worker.h"
#include "json_schema.h"
#include "temporary_folder.h"
#include "zip_file.h"

namespace graphwitness {
namespace {

using Json = nlohmann::json;

Ran check(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "check");
  return graphwitness(arguments);
}

Json json_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--format", "json"});
  const Json json = Json::parse(check(arguments).out);
  CHECK(schema_violations(read_schema("check"), json) == std::vector<std::string>{});
  return json;
}

/// A module with a branch at a line of a file, as an archive carries it. `extra` is more of the graph.
std::string branch_at(const std::string& file, int line, const std::string& value, const std::string& extra = "") {
  const std::string at = std::to_string(line);
  return "location 0 \"" + file + "\" line " + at + " column 5 in \"forward\"\n" + "location 1 \"" + file + "\" line " +
         std::to_string(line + 40) + " column 5 in \"forward\"\n" + "source \"" + file + "\" line " + at +
         " \"    if input.sum() > 0:\\n\"\n" + "graph \"forward\" scripted (%" + value + ": tensor):\n  %c" + value +
         ": bool = aten::is_nonzero(%" + value + ") @0\n  %r" + value + ": tensor = prim::If(%c" + value +
         ") @0 {\n    block(): %p: tensor = aten::relu(%" + value + ") @0 return %p\n    block(): return %" + value +
         "\n  }\n" + extra + "  return %r" + value + "\n";
}

const std::string kTwoBranch = fixture("two_branch/scripted.pt");

}  // namespace

TEST_CASE("the SARIF of the two-branch module is valid, with a region and a flow") {
  const Json sarif = Json::parse(check({kTwoBranch, "--format", "sarif"}).out);
  CHECK(sarif_violations(sarif) == std::vector<std::string>{});
  const Json& result = sarif["runs"][0]["results"][0];
  CHECK(result["locations"][0]["physicalLocation"]["region"]["startLine"] == 20);
  CHECK(result["codeFlows"][0]["threadFlows"][0]["locations"].size() >= 3);
  const Json& rule = sarif["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()];
  CHECK(contains(rule["help"]["markdown"].get<std::string>(), "# data-dependent-branch"));
}

TEST_CASE("every format of `check` says what was found") {
  CHECK(contains(check({kTwoBranch, "--format", "github"}).out, "::error file="));
  CHECK(contains(check({kTwoBranch, "--format", "markdown"}).out, "| error | "));
  CHECK(contains(check({kTwoBranch, "--format", "junit"}).out, "failures=\"1\""));
  CHECK(contains(check({kTwoBranch, "--format", "junit", "--fail-on", "never"}).out, "failures=\"0\""));
}

TEST_CASE("further reports come from the same call") {
  const TemporaryFolder folder;
  const std::string sarif = (folder.path() / "a.sarif").string();
  const Ran ran = check({kTwoBranch, "--format", "github", "--report", "sarif=" + sarif, "--report",
                         "markdown=" + (folder.path() / "a.md").string()});
  CHECK(ran.status == 1);
  CHECK(ran.out.starts_with("::error "));
  CHECK(std::filesystem::file_size(sarif) > 1000);
  CHECK(std::filesystem::exists(folder.path() / "a.md"));
  CHECK(contains(check({kTwoBranch, "--report", "sarif"}).err, "expected FORMAT=FILE"));
  CHECK(contains(check({kTwoBranch, "--report", "sarf=x"}).err, "did you mean `sarif`?"));
}

TEST_CASE("a baseline outlives other names, numbers and lines, and lets a new branch through") {
  const TemporaryFolder folder;
  const std::string baseline = (folder.path() / "known.json").string();
  const std::string model = write_file(folder.path() / "m.ir", branch_at("my.py", 10, "x"));
  CHECK(check({model}).status == 1);
  CHECK(check({model, "--write-baseline", baseline}).status == 0);
  CHECK(check({model, "--baseline", baseline}).status == 0);

  write_file(model, branch_at("my.py", 20, "renamed"));
  const Json same = json_of({model, "--baseline", baseline});
  CHECK(same["summary"]["errors"] == 0);
  CHECK(same["models"][0]["findings"][0]["suppression"]["by"] == "baseline");

  const std::string second =
      "  %d: bool = aten::is_nonzero(%rx) @1\n  %e: tensor = prim::If(%d) @1 {\n    block(): %q: tensor = "
      "aten::relu(%rx) @1 "
      "return %q\n    block(): return %rx\n  }\n  %f: tensor = aten::relu(%e) @1\n";
  std::string both = branch_at("my.py", 20, "x", second);
  both.replace(both.find("return %rx\n", both.find("%f:")), 10, "return %f");
  write_file(model, both);
  const Json one_new = json_of({model, "--baseline", baseline});
  CHECK(one_new["models"][0]["findings"].size() == 2);
  CHECK(one_new["summary"]["errors"] == 1);

  write_file(model, "graph \"forward\" scripted (%x: tensor):\n  %y: tensor = aten::relu(%x)\n  return %y\n");
  const Json mended = json_of({model, "--baseline", baseline});
  REQUIRE(mended["remarks"].size() == 1);
  CHECK(contains(mended["remarks"][0].get<std::string>(), "the baseline knows what is gone: data-dependent-branch"));
  CHECK(check({model, "--baseline", baseline, "--write-baseline", baseline}).status == 0);
  CHECK(json_of({model, "--baseline", baseline})["remarks"].empty());
}

TEST_CASE("a comment on the Python line silences, and one that silences nothing is told") {
  const TemporaryFolder folder;
  const std::string file =
      write_file(folder.path() / "my.py",
                 "\nif input.sum() > 0:  # graphwitness: ignore[data-dependent-branch, random-op] never negative\n");
  const std::string model = write_file(folder.path() / "m.ir", branch_at("/elsewhere/my.py", 2, "x"));
  CHECK(check({model}).status == 1);
  const Json json = json_of({model, "--source-root", folder.path().string()});
  const Json& finding = json["models"][0]["findings"][0];
  CHECK(finding["suppressed"] == true);
  CHECK(finding["suppression"] == Json{{"by", "comment"}, {"reason", "never negative"}});
  REQUIRE(json["remarks"].size() == 1);
  CHECK(contains(json["remarks"][0].get<std::string>(), ":2: `ignore[random-op]` silences nothing"));

  std::string carried = branch_at("/elsewhere/my.py", 2, "x");
  carried.replace(carried.find("> 0:"), 4, "> 0:  # graphwitness: ignore[data-dependent-branch]");
  write_file(model, carried);
  CHECK(check({model}).status == 0);
}

TEST_CASE("settings change what counts, the command line goes before them") {
  const TemporaryFolder folder;
  const std::string config =
      write_file(folder.path() / "graphwitness.toml", "[severity]\ndata-dependent-branch = \"warning\"\n");
  CHECK(json_of({kTwoBranch, "--config", config})["summary"]["warnings"] == 1);
  write_file(config, "fail-on = \"never\"\n");
  CHECK(check({kTwoBranch, "--config", config}).status == 0);
  CHECK(check({kTwoBranch, "--config", config, "--fail-on", "error"}).status == 1);
  write_file(config, "[[override]]\nfile = \"my_module.py\"\nseverity = \"off\"\nexpires = 2000-01-01\n");
  const Ran expired = check({kTwoBranch, "--config", config});
  CHECK(expired.status == 1);
  CHECK(contains(expired.err, "has expired on 2000-01-01"));
  write_file(config, "[[override]]\nfile = \"my_module.py\"\nseverity = \"off\"\nexpires = 9999-01-01\n");
  CHECK(check({kTwoBranch, "--config", config}).status == 0);
  write_file(config, "ignroe = []\n");
  const Ran wrong = check({kTwoBranch, "--config", config});
  CHECK(wrong.status == 2);
  CHECK(contains(wrong.err, "unknown key `ignroe`; did you mean `ignore`?"));
}

TEST_CASE("a pattern names models when no shell has") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "a" / "b");
  std::filesystem::copy(kTwoBranch, folder.path() / "a" / "one.pt");
  std::filesystem::copy(kTwoBranch, folder.path() / "a" / "b" / "two.pt");
  const std::string root = folder.path().string();
  CHECK(json_of({root + "/a/*.pt"})["models"].size() == 1);
  const Json all = json_of({root + "/**/*.pt"});
  REQUIRE(all["models"].size() == 2);
  CHECK(all["models"][0]["path"] == root + "/a/b/two.pt");
  const Ran none = check({root + "/*.onnx"});
  CHECK(none.status == 2);
  CHECK(contains(none.err, "matches no file"));
}

TEST_CASE("of 200 models, one that crashes, one that hangs and one that is garbage hide no other") {
  const TemporaryFolder folder;
  constexpr std::size_t kModels = 200;
  for (std::size_t i = 100; i < 100 + kModels; ++i) {
    std::filesystem::copy(i == 133 ? fixture("bad/text.pt") : kTwoBranch,
                          folder.path() / ("m" + std::to_string(i) + ".pt"));
  }
  // The healthy ones are all the same: the real worker's answer is kept, since 400 starts of LibTorch take minutes.
  const std::string answer = (folder.path() / "answer").string();
  const FakeWorker worker("case \"$*\" in *m107.pt*) kill -SEGV $$;; *m221.pt*) exec sleep 60;; esac\n[ -s '" + answer +
                          "' ] || '" + std::string(GRAPHWITNESS_TORCH_WORKER) + "' \"$@\" 3>'" + answer +
                          "'\nexec cat '" + answer + "' >&3");
  check({(folder.path() / "m100.pt").string()});
  std::string first;
  for (const char* jobs : {"1", "2"}) {
    const Ran ran = check({(folder.path() / "*.pt").string(), "-j", jobs, "--timeout", "10", "--format", "json"});
    CHECK(ran.status == 2);
    if (first.empty()) first = ran.out;
    CHECK(ran.out == first);
  }
  const Json json = Json::parse(first);
  REQUIRE(json["models"].size() == kModels);
  for (std::size_t i = 0; i < kModels; ++i) {
    const bool is_bad = i == 7 || i == 33 || i == 121;
    CHECK_MESSAGE(json["models"][i]["status"] == (is_bad ? "error" : "ok"), i);
  }
  CHECK(contains(json["models"][7]["error"].get<std::string>(), "SIGSEGV"));
  CHECK(contains(json["models"][33]["error"].get<std::string>(), "is a text file"));
  CHECK(contains(json["models"][121]["error"].get<std::string>(), "took longer than the limit of 10 s"));
  CHECK(json["summary"]["errors"] == kModels - 3);
}

}  // namespace graphwitness
