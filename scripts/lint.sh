#!/bin/bash
# Formatting, then clang-tidy with clang as the compiler (the `tidy` preset). Only what changed since the last run is
# looked at again.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files -z '*.cc' '*.h' | xargs -0 clang-format --dry-run -Werror
cmake --preset tidy >/dev/null
cmake --build --preset tidy -- -k 0
