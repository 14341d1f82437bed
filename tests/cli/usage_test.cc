#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "cli/program.h"
#include "contains.h"
#include "support/program_files.h"
#include "temporary_folder.h"
#include "zip_file.h"

namespace graphwitness {
namespace {

const std::vector<std::string> kCommands{"inspect", "check",  "compare", "verify", "bench",
                                         "diff",    "render", "rules",   "explain"};

/// Runs the program where the one that reads models cannot be found.
Ran without_models_program(const std::vector<std::string>& arguments) {
  setenv(kModelsVariable, "/nowhere/graphwitness-models", 1);
  Ran ran = graphwitness(arguments);
  unsetenv(kModelsVariable);
  return ran;
}

}  // namespace

TEST_CASE("help names every command, and every command has help with an example") {
  const Ran help = graphwitness({"--help"});
  CHECK(help.status == 0);
  CHECK(help.err == "");
  for (const std::string& command : kCommands) {
    CHECK(contains(help.out, "\n  " + command + " "));
    const Ran own = graphwitness({command, "--help"});
    CHECK(own.status == 0);
    CHECK(contains(own.out, "usage: graphwitness " + command));
    CHECK(contains(own.out, "example:\n  graphwitness " + command));
  }
}

TEST_CASE("no line of help is wider than a terminal of 120 columns") {
  for (const std::string& command : kCommands) {
    std::istringstream lines(graphwitness({command, "--help"}).out);
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 120);
  }
}

TEST_CASE("the version names the libraries it was built with") {
  const Ran ran = graphwitness({"--version"});
  CHECK(ran.status == 0);
  CHECK(contains(ran.out, "graphwitness "));
  for (const char* library : {"LibTorch ", "ONNX ", "Graphviz "}) {
    const std::size_t at = ran.out.find(library);
    REQUIRE(at != ran.out.npos);
    CHECK(std::isdigit(ran.out[at + std::string_view(library).size()]));
  }
  CHECK(contains(ran.out, "\nONNX Runtime "));
}

TEST_CASE("wrong usage is one line that says what was meant, and status 2") {
  const auto error = [](const std::vector<std::string>& arguments) {
    const Ran ran = graphwitness(arguments);
    CHECK(ran.status == 2);
    CHECK(ran.out == "");
    CHECK(std::count(ran.err.begin(), ran.err.end(), '\n') == 1);
    return ran.err;
  };
  CHECK(error({"chekc"}) == "error: unknown command `chekc`; did you mean `check`? (see `graphwitness --help`)\n");
  CHECK(contains(error({"frobnicate"}), "unknown command `frobnicate` (see"));
  CHECK(contains(error({"--verison"}), "`--verison`"));
  CHECK(contains(error({"check", "--fromat", "json", "x"}), "unknown option `--fromat`; did you mean `--format`?"));
  CHECK(contains(error({"check", "--form", "json", "x"}), "unknown option `--form`"));
  CHECK(contains(error({"check", "--format", "yaml", "x"}), "`--format` is `yaml`, expected text, json"));
  CHECK(contains(error({"check", "--fail-on", "warnings", "x"}), "did you mean `warning`?"));
  CHECK(contains(error({"check", "--for", "tracing", "x"}), "expected trace, script"));
  CHECK(contains(error({"check", "--color", "blue", "x"}), "expected auto, always, never"));
  CHECK(contains(error({"check", "--select", "data-dependent-brunch", "x"}),
                 "unknown rule `data-dependent-brunch`; did you mean `data-dependent-branch`?"));
  CHECK(contains(error({"check", "--ignore", "nothing-of-the-kind", "x"}), "`graphwitness rules` lists them"));
  CHECK(contains(error({"check", "-j", "many", "x"}), "many"));
  CHECK(contains(error({"check"}), "no model named"));
  CHECK(contains(error({"inspect", "a", "b"}), "2 models named, expected one"));
  CHECK(contains(error({"inspect", "--graph", "--format", "json", "a"}), "`--graph`"));
  CHECK(contains(error({"explain", "data-dependent-brunch"}), "did you mean `data-dependent-branch`?"));
  CHECK(contains(error({"explain"}), "0 rules named, expected one"));
  CHECK(contains(error({"rules", "x"}), "one argument too many"));
}

TEST_CASE("help, versions and pages need nothing that reads models; without it, a model is one clear error") {
  CHECK(contains(without_models_program({"--help"}).out, "\n  check "));
  CHECK(without_models_program({"--version"}).out == graphwitness({"--version"}).out);
  CHECK(without_models_program({"explain", "frozen-shape"}).out == graphwitness({"explain", "frozen-shape"}).out);
  CHECK(contains(without_models_program({"chekc"}).err, "did you mean `check`?"));
  const Ran ran = without_models_program({"inspect", "model.pt"});
  CHECK(ran.status == 2);
  CHECK(ran.out == "");
  CHECK(ran.err == "error: `/nowhere/graphwitness-models` cannot be started: No such file or directory\n");
}

TEST_CASE("rules lists what explain explains") {
  const Ran rules = graphwitness({"rules"});
  CHECK(rules.status == 0);
  std::istringstream lines(rules.out);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const std::string rule = line.substr(0, line.find(' '));
    const Ran page = graphwitness({"explain", rule});
    CHECK(page.status == 0);
    CHECK(page.out.starts_with("# " + rule + "\n"));
  }
  CHECK(count >= 2);
}

TEST_CASE("a result written to a file replaces it as a whole, or not at all") {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "rules.txt";
  const std::string before = write_file(file, "before");
  const Ran ran = graphwitness({"rules", "-o", file});
  CHECK(ran.status == 0);
  CHECK(ran.out == "");
  std::string text;
  std::getline(std::ifstream(file), text, '\0');
  CHECK(text == graphwitness({"rules"}).out);

  write_file(file, "before");
  CHECK(graphwitness({"inspect", "missing.pt", "-o", file}).status == 2);
  std::getline(std::ifstream(file), text, '\0');
  CHECK(text == "before");
  const std::filesystem::directory_iterator entries(folder.path());
  CHECK(std::distance(begin(entries), end(entries)) == 1);

  const Ran nowhere = graphwitness({"rules", "-o", "/nowhere/rules.txt"});
  CHECK(nowhere.status == 2);
  CHECK(nowhere.err == "error: `/nowhere/rules.txt` cannot be written: No such file or directory\n");
  CHECK(contains(graphwitness({"rules", "-o", "/dev/stdout"}).out, "data-dependent-branch"));
}

TEST_CASE("a result that standard output does not take is an error") {
  const std::string line = std::string("'") + GRAPHWITNESS_PROGRAM + "' rules >/dev/full 2>/dev/null";
  CHECK(WEXITSTATUS(std::system(line.c_str())) == 2);
}

}  // namespace graphwitness
