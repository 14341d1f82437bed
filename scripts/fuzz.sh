#!/bin/bash
# Runs a fuzz target for some seconds:  scripts/fuzz.sh TARGET SECONDS [SEED]
#
# TARGET is archive, onnx, ir, npy, settings, baseline, python or rules; `all` runs each. With a SEED the inputs come in the same
# order every time. Starts from the fixtures and from what was found before; inputs are collected in build/fuzz/corpus. What
# it finds lies in build/fuzz/artifacts: mend it, and keep the file in tests/fuzz/found/TARGET, which every build's tests read.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly usage="usage: scripts/fuzz.sh TARGET SECONDS [SEED]"
target=${1:?$usage} seconds=${2:?$usage} seed=${3-0}
if [ "$target" = all ]; then
  for each in archive onnx ir npy settings baseline python rules; do scripts/fuzz.sh "$each" "$seconds" "$seed"; done
  exit
fi

log=$(cmake --preset fuzz 2>&1) || { echo "$log" >&2; exit 1; }
cmake --build --preset fuzz --target "fuzz_$target"
corpus=build/fuzz/corpus/$target artifacts=build/fuzz/artifacts/$target seeds=build/fuzz/seeds/$target
mkdir -p "$corpus" "$artifacts" "$seeds"
case $target in
  archive) pattern='*.pt*' ;;
  python) pattern='*.py' ;;
  settings) pattern='*.toml' ;;
  baseline) pattern='*.json' ;;
  rules) pattern='*.rules' ;;
  *) pattern="*.$target" ;;
esac
find fixtures tests/rules tests/fuzz/seeds -name "$pattern" -size -64k -print0 | while IFS= read -r -d '' file; do
  cp "$file" "$seeds/$(echo "$file" | tr / _)"
done
if [ "$target" = rules ]; then  # one case a file
  for file in tests/rules/*.ir; do csplit -s -z -n 3 -f "$seeds/$(basename "$file")." "$file" '/^\/\/ -----/' '{*}'; done
fi
[ ! -d "tests/fuzz/found/$target" ] || cp tests/fuzz/found/"$target"/* "$seeds"
"build/fuzz/tests/fuzz/fuzz_$target" -seed="$seed" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 \
  -artifact_prefix="$artifacts/" "$corpus" "$seeds" 2>&1 | grep --line-buffered -E "^#[0-9]+.*(DONE|INITED)|stat::|ERROR|SUMMARY|runtime error|Test unit"
exit "${PIPESTATUS[0]}"
