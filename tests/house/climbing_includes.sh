#!/bin/bash
# A quoted include that starts with ../ would go round the include roots.
set -u
cd "$1" || exit 2
if grep -rnE '#include "(\.\./|src/)' --include='*.h' --include='*.cc' src passes include tests; then
  echo "include headers by their path from src/ or include/"
  exit 1
fi
