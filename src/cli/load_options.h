#pragma once
/// The options that say how models are loaded, the same for every command that loads some.

#include "cli/start/options.h"
#include "graphwitness/frontends/load.h"

namespace graphwitness {

struct LoadFlags {
  unsigned int jobs = 0;
  unsigned int timeout = 300;
};

/// -j and --timeout; a command that takes one model has no -j.
void add_load_options(Options& options, LoadFlags& flags, bool several);
LoadOptions load_options(const LoadFlags& flags);

}  // namespace graphwitness
