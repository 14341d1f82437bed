#!/bin/bash
# Formatting, then clang-tidy with clang as the compiler (the `tidy` preset). Only what changed since the last run is
# looked at again. `scripts/lint.sh --fix` formats instead.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1-}" = --fix ]; then
  git ls-files -z '*.cc' '*.h' | xargs -0 clang-format -i
  exit 0
fi
git ls-files -z '*.cc' '*.h' | xargs -0 clang-format --dry-run -Werror
cmake --preset tidy >/dev/null
cmake --build --preset tidy -- -k 0
