// graphwitness: answers --help, --version and `explain`, and becomes graphwitness-models for every other command. That
// program links what reads models, whose libraries alone take longer to load than these answers may.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/start/run.h"
#include "graphwitness/support/error.h"
#include "support/program_files.h"

namespace {

using namespace graphwitness;

/// Returns only by throwing InputError.
int become_models_program(const Command& self, Invocation& call) {
  std::vector<std::string> words{"graphwitness", std::string(self.name)};
  words.insert(words.end(), call.arguments.begin(), call.arguments.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::string program = models_program();
  execv(program.c_str(), arguments.data());
  throw InputError(fmt::format("`{}` cannot be started: {}", program, std::strerror(errno)));
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string_view> arguments(values + 1, values + count);
  return run_command_line(arguments, std::cout, std::cerr, become_models_program);
}
