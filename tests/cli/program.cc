#include "cli/program.h"

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "temporary_folder.h"

namespace graphwitness {
namespace {

std::string quoted(const std::string& text) {
  std::string shell = "'";
  for (const char c : text) shell += c == '\'' ? "'\\''" : std::string(1, c);
  return shell + "'";
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Ran graphwitness(const std::vector<std::string>& arguments) {
  const TemporaryFolder folder;
  std::string line = quoted(GRAPHWITNESS_PROGRAM);
  for (const std::string& argument : arguments) line += " " + quoted(argument);
  line += " >" + quoted(folder.path() / "out") + " 2>" + quoted(folder.path() / "err") + " </dev/null";
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content_of(folder.path() / "out"),
          content_of(folder.path() / "err")};
}

std::string fixture(const std::string& path) { return std::string(GRAPHWITNESS_SOURCE_DIR) + "/fixtures/" + path; }

}  // namespace graphwitness
