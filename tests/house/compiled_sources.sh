#!/bin/bash
# A source that no CMakeLists.txt names is compiled by nobody, and if it is a test, it is missed by nobody either.
set -euo pipefail
source_dir=$1 build=$2
shift 2
not_built=("$@")  # files, and folders with a slash at their end, that are not compiled here
cd "$source_dir"
# A project of its own, compiled by tests/install.
left_out=(-not -path 'tests/install/consumer/*')
for path in "${not_built[@]}"; do left_out+=(-not -path "$path*"); done
sources=$(find src passes tests -name '*.cc' "${left_out[@]}" | sort)
commands=$(sed -n 's|^ *"file": "\(.*\)",*$|\1|p' "$build/compile_commands.json")
# A file that several sources were put together in (GRAPHWITNESS_UNITY) stands for what it includes.
together=$(grep '/Unity/unity_[0-9]*_cxx\.cxx$' <<<"$commands" | xargs -r sed -n 's|^#include "\(.*\)"$|\1|p' || true)
compiled=$(printf '%s\n%s\n' "$commands" "$together" | sed -n "s|^$source_dir/||p" | sort -u)
forgotten=$(comm -23 <(echo "$sources") <(echo "$compiled"))
echo "$(echo "$sources" | wc -l) sources looked at"
[ -z "$forgotten" ] || { echo "in no CMakeLists.txt: $forgotten"; exit 1; }
