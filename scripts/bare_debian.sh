#!/bin/bash
# Proves that a fresh clone works on a bare Debian:  scripts/bare_debian.sh [SUITE [COMMAND...]]
#
# Makes a minimal tree of SUITE (default: bookworm, Debian 12) below .cache/, clones what is committed here into it, and
# runs COMMAND there (default: the two commands of README.md). Needs root and the network; installs mmdebstrap. The tree stays for
# a look afterwards; the next run starts from a bare one again. Mounts live in a namespace of their own and end with it.
set -euo pipefail
cd "$(dirname "$0")/.."
suite=${1-bookworm}
shift || true
if [ $# -gt 0 ]; then command="$*"; else command="./setup.sh && ./test.sh"; fi
readonly pristine=$PWD/.cache/pristine-$suite tree=$PWD/.cache/bare-$suite

if [ ! -d "$pristine" ]; then
  if ! command -v mmdebstrap >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mmdebstrap </dev/null >/dev/null
  fi
  mirror=$(apt-get indextargets --format '$(SITE)' "Created-By: Packages" "Origin: Debian" | head -n 1)
  mkdir -p .cache
  rm -rf "$pristine.part"
  mmdebstrap --variant=minbase --include=ca-certificates "$suite" "$pristine.part" "$mirror"
  mv "$pristine.part" "$pristine"
fi
rm -rf --one-file-system "$tree"
cp -a "$pristine" "$tree"

# How this machine reaches the network, which is not part of what is proved.
cp -L /etc/resolv.conf /etc/hosts "$tree/etc/"
cp -L /etc/ssl/certs/ca-certificates.crt "$tree/etc/ssl/certs/"
for file in /etc/npmrc /usr/etc/npmrc; do
  if [ -e "$file" ]; then install -D "$file" "$tree$file"; fi
done
# Nothing here has to survive a power cut.
echo force-unsafe-io >"$tree/etc/dpkg/dpkg.cfg.d/unsafe-io"

git -c safe.directory='*' clone -q --no-hardlinks . "$tree/root/clone"  # whoever owns this one
unshare --mount --pid --fork --kill-child bash -c '
  mount --make-rprivate /
  mount -t proc proc "$0/proc"
  mount --rbind /dev "$0/dev"
  exec chroot "$0" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
    bash -c "cd ~/clone && $1"' "$tree" "$command" </dev/null
