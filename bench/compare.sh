#!/bin/sh
# How much longer `graphwitness compare` takes than a bare program that loads and runs the same models as often.
#
# usage: bench/compare.sh BUILD_FOLDER [SAMPLES [TURNS]]   (ResNet-18 of `ninja fixtures`; build `bare_runs` first)
set -eu
build=$1
samples=${2:-10}
turns=${3:-5}
fixtures=${GRAPHWITNESS_FIXTURE_DIR:-$(dirname "$0")/../build/fixtures}
scripted=$fixtures/resnet18_scripted.pt
traced=$fixtures/resnet18_traced.pt

milliseconds() {
  before=$(date +%s%N)
  "$@" >/dev/null
  echo $((($(date +%s%N) - before) / 1000000))
}

for turn in $(seq "$turns"); do
  bare=$(milliseconds "$build/bench/bare_runs" "$samples" "1 3 224 224" "$scripted" "$traced")
  ours=$(milliseconds "$build/bin/graphwitness" compare --input 'float32[1,3,224,224]' --samples "$samples" "$scripted" "$traced")
  echo "turn $turn: bare $bare ms, compare $ours ms" >&2
  echo "$bare $ours"
done | awk '{print $2 / $1}' | sort -n | awk '{ratio[NR] = $1} END {print "median ratio " ratio[int((NR + 1) / 2)]}'
