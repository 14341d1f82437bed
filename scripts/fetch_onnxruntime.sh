#!/bin/bash
# Provides ONNX Runtime: from the distribution where it has a package, else in .deps/onnxruntime/{include,lib}, its headers
# from the next Debian release and its library from an npm package. Names no host and changes no configuration: the mirror
# is the one that this machine's apt uses, the registry the one that its npm uses.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly version=1.30.0       # of the library; the C API of the headers, which are older, is stable
readonly newer_suite=trixie   # has libonnxruntime-dev
readonly target=$PWD/.deps/onnxruntime
readonly work=$PWD/.deps/onnxruntime-work

say() { echo "onnxruntime: $*" >&2; }

[ ! -e "$target/complete-$version" ] || exit 0
[ ! -e /usr/include/onnxruntime/onnxruntime_c_api.h ] || exit 0
trap 'rm -rf "$work"' EXIT
rm -rf "$target" "$work"
mkdir -p "$target/include" "$target/lib" "$work"

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

install_package() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" </dev/null >/dev/null
}

command -v apt-get >/dev/null || { say "no apt-get here"; exit 1; }
if [ -n "$(apt-cache madison libonnxruntime-dev 2>/dev/null)" ]; then
  install_package libonnxruntime-dev
  exit 0
fi

fetch_headers() {
  local site folder=$work/apt
  site=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(ORIGIN)' "Created-By: Packages" "Origin: Debian" |
    awk -v release="$(. /etc/os-release && echo "$VERSION_CODENAME")" '$2 == release { print $1; exit }')
  [ -n "$site" ] || { say "apt names no mirror of this Debian"; return 1; }
  mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $newer_suite main" >"$folder/sources.list"
  local options=(-qq -o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$folder/lists" -o "Dir::Cache=$folder/cache" -o APT::Sandbox::User=
    -o Acquire::Languages=none)
  apt-get "${options[@]}" update
  (cd "$folder" && apt-get "${options[@]}" download libonnxruntime-dev)
  dpkg-deb -x "$folder"/libonnxruntime-dev_*.deb "$folder/tree"
  cp "$folder"/tree/usr/include/onnxruntime/*.h "$target/include/"
}

fetch_library() {
  local architecture
  case "$(uname -m)" in
    x86_64) architecture=x64 ;;
    aarch64) architecture=arm64 ;;
    *) say "no library for $(uname -m)"; return 1 ;;
  esac
  command -v npm >/dev/null || install_package npm
  (cd "$work" && npm pack --silent --ignore-scripts "onnxruntime-node@$version" >/dev/null)
  tar -xzf "$work/onnxruntime-node-$version.tgz" -C "$work" --wildcards "*/linux/$architecture/libonnxruntime.so.1"
  find "$work/package" -name libonnxruntime.so.1 -exec mv {} "$target/lib/" \;
  ln -s libonnxruntime.so.1 "$target/lib/libonnxruntime.so"
}

# `set -e` does not act inside a condition, so each part is a process of its own.
say "fetching the headers from $newer_suite and the library, version $version"
fetch_headers
fetch_library
touch "$target/complete-$version"
