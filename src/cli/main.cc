#include <iostream>
#include <string_view>
#include <vector>

#include "cli/run.h"

int main(int count, char** values) {
  const std::vector<std::string_view> arguments(values + 1, values + count);
  return graphwitness::run_command_line(arguments, std::cout, std::cerr);
}
