#!/bin/sh
# Follows the README on a bare Debian 12: in a tree that has git and apt and
# nothing else, with a clone of what is committed here. As root:
#
#   tests/package/bare_debian.sh FOLDER [COMMAND...]
#
# FOLDER is where the tree is made, or kept from an earlier run. Without commands
# it is ./dev run and ./dev test, the latter alone and beside a compiler. To the
# tree are added /etc/hosts, /proc and /dev/pts; and, if CCACHE_DIR is set, that
# cache. All mounts and processes end with this script. MIRROR names a mirror.
#
# It takes an hour or two, so it is for a night or a release, not for every CI.
set -eu

die() {
  printf 'bare_debian.sh: %s\n' "$*" >&2
  exit 1
}

[ $# -ge 1 ] || die "usage: $0 FOLDER [COMMAND...]"
[ "$(id -u)" = 0 ] || die "only root can make and enter a tree"

# First a namespace for mounts and processes of its own.
if [ "${1:-}" != --inside ]; then
  source=$(cd "$(dirname "$0")/../.." && pwd)
  mkdir -p "$1"
  tree=$(cd "$1" && pwd)
  shift
  exec unshare --mount --pid --fork --kill-child --propagation private \
    "$source/tests/package/bare_debian.sh" --inside "$source" "$tree" "$@"
fi
source=$2
tree=$3
shift 3

if [ ! -e "$tree/.complete" ]; then
  command -v debootstrap >/dev/null || die "debootstrap is not installed"
  debootstrap --variant=minbase --include=git bookworm "$tree" \
    "${MIRROR:-http://deb.debian.org/debian}"
  touch "$tree/.complete"
fi

printf '127.0.0.1 localhost\n::1 localhost\n' >"$tree/etc/hosts"
mount -t proc proc "$tree/proc"
mount -t devpts devpts "$tree/dev/pts" -o newinstance,ptmxmode=0666
if [ -n "${CCACHE_DIR:-}" ]; then
  mkdir -p "$CCACHE_DIR" "$tree/root/.cache/ccache"
  mount --bind "$CCACHE_DIR" "$tree/root/.cache/ccache"
fi

# Builds are kept for a second run, sources are not.
work=$tree/root/atrium
if [ -e "$work/build" ]; then
  mv "$work/build" "$tree/root/build"
fi
rm -rf "$work"
git clone --quiet "$source" "$work"
if [ -e "$tree/root/build" ]; then
  mv "$tree/root/build" "$work/build"
fi

# The compiler beside the tests builds what the tour of the README needs, without
# the cache so that it has something to do.
# shellcheck disable=SC2016 # the shell inside the tree expands it
if [ $# = 0 ]; then
  set -- './dev run --version' './dev test' 'rm -rf build/release
    CCACHE_DISABLE=1 ./dev build release & built=$!
    tested=0
    ./dev test || tested=$?
    wait "$built" && exit "$tested"'
fi
for command in "$@"; do
  printf '== %s\n' "$command"
  chroot "$tree" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    sh -c "cd /root/atrium && $command"
done
