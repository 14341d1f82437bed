// graphwitness-models: the commands that read models. `graphwitness` becomes it.
#include <iostream>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/start/run.h"

int main(int count, char** values) {
  const std::vector<std::string_view> arguments(values + 1, values + count);
  return graphwitness::run_command_line(arguments, std::cout, std::cerr, graphwitness::run_model_command);
}
