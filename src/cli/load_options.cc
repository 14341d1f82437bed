#include "cli/load_options.h"

#include <boost/program_options/value_semantic.hpp>

namespace graphwitness {

namespace po = boost::program_options;

void add_load_options(Options& options, LoadFlags& flags, bool several) {
  if (several) {
    options.add()("jobs,j", po::value(&flags.jobs)->value_name("N"),
                  "models read at a time (default: one a processor)");
  }
  options.add()("timeout", po::value(&flags.timeout)->value_name("S"),
                "seconds that reading one TorchScript model may take (default 300; 0: no limit)");
}

LoadOptions load_options(const LoadFlags& flags) {
  return {.jobs = flags.jobs, .timeout = std::chrono::seconds(flags.timeout), .memory_limit = 0};
}

}  // namespace graphwitness
