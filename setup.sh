#!/bin/bash
# Installs what is missing, builds, and runs the main job once:  ./setup.sh [--build-only]
#
# Made for Debian 12 and 13, as root or with sudo; elsewhere install the libraries that README.md names, and the rest of
# it works. Asks nothing, and can be run again at any time: what is there already is left alone.
set -euo pipefail
cd "$(dirname "$0")"

readonly packages=(
  g++ cmake ninja-build ccache pkg-config git
  libtorch-dev libonnx-dev libprotobuf-dev protobuf-compiler libgraphviz-dev graphviz libboost-program-options-dev
  libfmt-dev zlib1g-dev libzip-dev libseccomp-dev nlohmann-json3-dev libtomlplusplus-dev robin-map-dev doctest-dev
  python3 python3-numpy python3-torch python3-torchvision python3-onnx libonnx-testdata  # for the fixtures
  clang clang-format clang-tidy libclang-rt-dev)                                        # for scripts/lint.sh, scripts/fuzz.sh

say() { echo "setup: $*" >&2; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# The packages among the arguments that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

install_packages() {
  local missing
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  say "installing" $missing
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null
}

if command -v apt-get >/dev/null; then
  install_packages "${packages[@]}"
else
  say "no apt-get here: expecting that what README.md names is installed"
fi

# Without ONNX Runtime everything works but running ONNX models, so a failure here is a remark.
scripts/fetch_onnxruntime.sh || say "remark: no ONNX Runtime, so ONNX models can be inspected and checked, but not run"

log=$(cmake --preset release 2>&1) || { echo "$log" >&2; exit 1; }
cmake --build --preset release

[ "${1-}" != --build-only ] || exit 0

say "the main job: what would tracing lose of a scripted model with two branches?"
status=0
build/release/bin/graphwitness check fixtures/two_branch/scripted.pt || status=$?
if [ "$status" -ne 1 ]; then
  say "expected findings, which is exit status 1, got $status"
  exit 1
fi
