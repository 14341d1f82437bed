#pragma once
/// Variables at the top of a file, and which of them code of the same file changes when it runs.

#include <set>
#include <string_view>

#include "python/syntax.h"

namespace graphwitness::python {

/// Variables and classes at the top of the file that functions, methods or lambdas of it change: `global n`,
/// `CONFIG['n'] = 1`, `CONFIG.update(n=1)`, `Net.calls += 1`. Tensors are left out: the trace captures them, and the
/// graph shows it.
std::set<std::string_view> changed_globals(const Module& module);

}  // namespace graphwitness::python
