#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "support/subprocess.h"
#include "temporary_folder.h"

namespace graphwitness {
namespace {

SubprocessOutcome run(const char* what, const std::filesystem::path& folder) {
  std::ofstream(folder / "mine") << "unharmed";
  return run_subprocess({.program = GRAPHWITNESS_MISBEHAVE, .arguments = {what, folder.string()}});
}

bool has_line(std::string_view text, std::string_view line) {
  std::istringstream lines{std::string(text)};
  for (std::string found; std::getline(lines, found);) {
    if (found == line) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("what the sandbox refuses can be done without it") {
  const TemporaryFolder folder;
  const SubprocessOutcome outcome = run("escape unlocked", folder.path());
  for (const char* what : {"create", "write", "append", "truncate", "rename", "folder", "socket", "fork"}) {
    CHECK_MESSAGE(has_line(outcome.result.bytes(), what), what);
  }
}

TEST_CASE("a sandboxed process changes no file, reaches no network, starts and touches no process") {
  const TemporaryFolder folder;
  const SubprocessOutcome outcome = run("escape", folder.path());
  CHECK(outcome.result.bytes() == "");
  CHECK(outcome.end == SubprocessOutcome::End::exited);
  CHECK(outcome.code == 0);

  std::string text;
  std::ifstream(folder.path() / "mine") >> text;
  CHECK(text == "unharmed");
  const std::filesystem::directory_iterator entries(folder.path());
  CHECK(std::distance(begin(entries), end(entries)) == 1);
}

TEST_CASE("each of the two locks alone keeps files as they are") {
  for (const char* lock : {"escape by Landlock's lock", "escape by the filter's lock"}) {
    const TemporaryFolder folder;
    const SubprocessOutcome outcome = run(lock, folder.path());
    for (const char* what : {"create", "write", "append", "truncate", "open and truncate", "unnamed file", "rename",
                             "remove", "folder", "link", "symbolic link"}) {
      CHECK_MESSAGE(!has_line(outcome.result.bytes(), what), lock, what);
    }
  }
}

TEST_CASE("a sandboxed process still reads files, starts threads and can abort") {
  const TemporaryFolder folder;
  const SubprocessOutcome outcome = run("live on", folder.path());
  CHECK(outcome.result.bytes() == "read unharmed");
  CHECK(outcome.end == SubprocessOutcome::End::signalled);
  CHECK(outcome.code == SIGABRT);
}

}  // namespace graphwitness
