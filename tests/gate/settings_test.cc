#include "gate/settings.h"

#include <doctest/doctest.h>

#include <array>
#include <filesystem>

#include "graphwitness/support/error.h"
#include "temporary_folder.h"
#include "zip_file.h"

namespace graphwitness::gate {
namespace {

constexpr std::array<std::string_view, 2> kRules{"data-dependent-branch", "random-op"};

Settings parsed(std::string_view text) { return parse_settings(text, "conf/graphwitness.toml", kRules); }

std::string error_of(std::string_view text) {
  try {
    parsed(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

bool says(std::string_view text, std::string_view part) {
  const std::string error = error_of(text);
  CHECK_MESSAGE(error.find(part) != error.npos, error);
  return error.find(part) != error.npos;
}

}  // namespace

TEST_CASE("all settings are read, paths from the folder of the file") {
  const Settings settings = parsed(R"(
for = "script"
fail-on = "error"
select = ["random-op"]
ignore = []
target = "onnx:17"
source-root = "../src"
baseline = "known.json"
[severity]
random-op = "error"
[[override]]
rules = ["random-op"]
file = "legacy/*.py"
module = "encoder.*"
model = "exports/**"
severity = "off"
reason = "sampling is meant"
expires = 2027-01-31
)");
  CHECK(settings.purpose == "script");
  CHECK(settings.fail_on == "error");
  CHECK(settings.select == std::vector<std::string>{"random-op"});
  CHECK(settings.target == "onnx:17");
  CHECK(settings.source_root == "src");
  CHECK(settings.baseline == "conf/known.json");
  CHECK(settings.severities.at("random-op") == Severity::error);
  REQUIRE(settings.overrides.size() == 1);
  const Override& one = settings.overrides[0];
  CHECK(one.module == "encoder.*");
  CHECK(!one.severity);
  CHECK(one.expires == "2027-01-31");
  CHECK(one.line == 11);
}

TEST_CASE("what is wrong is told with its line and what was meant") {
  CHECK(says("\nfail_on = \"error\"",
             "`conf/graphwitness.toml`, line 2: unknown key `fail_on`; did you mean `fail-on`?"));
  CHECK(says("banana = 1", "unknown key `banana`, expected one of for, fail-on, "));
  CHECK(says("fail-on = \"warnings\"", "did you mean `warning`?"));
  CHECK(says("fail-on = 1", "`fail-on` is no string"));
  CHECK(says("select = [\"random-ob\"]", "unknown rule `random-ob`; did you mean `random-op`?"));
  CHECK(says("select = \"random-op\"", "`select` is no list of rules"));
  CHECK(says("[severity]\nrandom = \"note\"", "line 2: unknown rule `random`"));
  CHECK(says("[severity]\nrandom-op = \"off\"", "`random-op` is `off`, expected note, warning, error"));
  CHECK(says("[[override]]\nseverity = \"off\"", "the override fits everything"));
  CHECK(says("[[override]]\nrules = [\"random-op\"]", "the override has no `severity`"));
  CHECK(says("[[override]]\nrule = [\"random-op\"]", "unknown key `rule`; did you mean `rules`?"));
  CHECK(says("[[override]]\nfile=\"a\"\nseverity=\"off\"\nexpires = \"2027-01-31\"", "line 4: `expires` is no date"));
  CHECK(says("[override]\nfile=\"a\"", "expected `[[override]]`"));
  CHECK(says("a = ", "`conf/graphwitness.toml`, line 1: "));
}

TEST_CASE("settings are looked for in a folder and above it") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "a" / "b");
  write_file(folder.path() / "graphwitness.toml", "");
  CHECK(find_settings(folder.path() / "a" / "b") == "../../graphwitness.toml");
  CHECK(find_settings(folder.path()) == "graphwitness.toml");
  write_file(folder.path() / "a" / "graphwitness.toml", "");
  CHECK(find_settings(folder.path() / "a" / "b") == "../graphwitness.toml");
}

}  // namespace graphwitness::gate
