#!/bin/sh
# Installs tachyon for one user, without root; --help says more.
set -eu

releases=${TACHYON_RELEASES:-}
folder=${TACHYON_BIN:-}
target=

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  exit 1
}

have() {
  command -v "$1" > /dev/null 2>&1
}

explain() {
  cat << 'EOF'
Installs tachyon for one user, without root: one executable.

  sh install.sh [--from URL-OR-FOLDER] [--to FOLDER] [--target NAME]

--from    where the files of a release are (or $TACHYON_RELEASES)
--to      where the executable goes (or $TACHYON_BIN; default: ~/.local/bin)
--target  linux-x64, linux-arm64, macos-x64, macos-arm64 (default: this machine's)

The archive is checked against the release's SHA256SUMS before anything of it is used.
EOF
}

while [ $# -gt 0 ]; do
  case $1 in
    -h | --help)
      explain
      exit 0
      ;;
    --from | --to | --target)
      [ $# -ge 2 ] || fail "$1 needs a value"
      case $1 in
        --from) releases=$2 ;;
        --to) folder=$2 ;;
        --target) target=$2 ;;
      esac
      shift 2
      ;;
    *) fail "unknown argument $1 (see --help)" ;;
  esac
done

has_glibc() {
  for loader in /lib64/ld-linux-*.so.* /lib/ld-linux-*.so.*; do
    if [ -e "$loader" ]; then return 0; fi
  done
  return 1
}

find_target() {
  case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=macos ;;
    *) fail "there is no executable for $(uname -s) that this script can install" ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) machine=x64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) fail "there is no executable for $(uname -m)" ;;
  esac
  [ "$system" != linux ] || has_glibc ||
    fail "tachyon needs glibc, which this machine does not have (Alpine has musl)"
  printf '%s-%s\n' "$system" "$machine"
}

# get NAME FILE: fetches a file of the release.
get() {
  case $releases in
    http://* | https://*)
      if have curl; then
        curl -fsSL --retry 2 -o "$2" "$releases/$1"
      elif have wget; then
        wget -q -O "$2" "$releases/$1"
      else
        fail 'curl or wget is needed to fetch tachyon'
      fi
      ;;
    *) cp "$releases/$1" "$2" ;;
  esac || fail "cannot get $releases/$1"
}

digest() {
  if have sha256sum; then
    sha256sum "$1" | cut -d ' ' -f 1
  elif have shasum; then
    shasum -a 256 "$1" | cut -d ' ' -f 1
  else
    fail 'sha256sum or shasum is needed to check what was fetched'
  fi
}

[ -n "$releases" ] || fail 'say where the release is: --from URL'
releases=${releases%/}
[ -n "$folder" ] || folder=${HOME:?has no value: say where to install with --to}/.local/bin
[ -n "$target" ] || target=$(find_target)
name=tachyon-$target
archive=$name.tar.gz
if have zstd; then archive=$name.tar.zst; fi

work=$(mktemp -d)
new=
trap 'rm -rf "$work"; [ -z "$new" ] || rm -f "$new"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

get SHA256SUMS "$work/SHA256SUMS"
expected=$(awk -v name="$archive" '$2 == name { print $1 }' "$work/SHA256SUMS")
[ -n "$expected" ] || fail "$releases has no $archive"
get "$archive" "$work/$archive"
found=$(digest "$work/$archive")
[ "$found" = "$expected" ] || fail "$archive is damaged or not what was released, and is not installed
  expected $expected
  got      $found"

case $archive in
  *.zst) zstd -dcq "$work/$archive" ;;
  *) gzip -dc "$work/$archive" ;;
esac | tar -xf - -C "$work"

mkdir -p "$folder"
# Under its name it appears whole, also over one that is running.
new=$folder/.tachyon.$$
cp "$work/$name/tachyon" "$new"
chmod 755 "$new"
"$new" --version > /dev/null || fail 'the executable does not start on this machine'
mv -f "$new" "$folder/tachyon"
new=

printf '%s is installed: %s\n' "$("$folder/tachyon" --version)" "$folder/tachyon"
# shellcheck disable=SC2016 # $PATH is for the reader.
case :$PATH: in
  *:"$folder":*) ;;
  *) printf '%s is not on your PATH; add it: export PATH="%s:$PATH"\n' "$folder" "$folder" ;;
esac
printf 'Completions for your shell: tachyon completions --help; the manual: tachyon man | man -l -\n'
