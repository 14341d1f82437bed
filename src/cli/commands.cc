#include "cli/commands.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "support/nursery.h"
#include "support/program_files.h"

namespace graphwitness {
namespace {

struct Entry {
  std::string_view name;
  RunCommand run;
};

constexpr std::array<Entry, 8> kEntries{{{"inspect", run_inspect},
                                         {"check", run_check},
                                         {"compare", run_compare},
                                         {"verify", run_verify},
                                         {"bench", run_bench},
                                         {"diff", run_diff},
                                         {"render", run_render},
                                         {"rules", run_rules}}};

}  // namespace

int run_model_command(const Command& self, Invocation& call) {
  const auto* const found = std::ranges::find(kEntries, self.name, &Entry::name);
  if (found == kEntries.end()) throw std::logic_error("no code for the command " + std::string(self.name));
  const Nursery nursery(torch_worker_program());
  return found->run(self, call);
}

}  // namespace graphwitness
