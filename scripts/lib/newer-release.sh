# shellcheck shell=bash
# Sourced: programs of a newer release of this Debian or Ubuntu, from the mirror and with the keys that apt already
# trusts, unpacked into a prefix of their own with their own C library. Nothing of the system changes, no root is needed.

# unpack_newer PREFIX DEBIAN_SUITE UBUNTU_SUITE PACKAGE...: into $root, with all that they depend on; $root takes the
# place of PREFIX by `settle`
unpack_newer() {
  prefix=$1
  local suite component=main mirror keys package apt
  # shellcheck source=/dev/null
  . /etc/os-release
  case $ID in
    debian) suite=$2 ;;
    ubuntu) suite=$3 component="main universe" ;;
    *) echo "${0##*/}: $ID is neither Debian nor Ubuntu" >&2 && exit 1 ;;
  esac
  shift 3

  mkdir -p "$(dirname "$prefix")"
  work=$(mktemp -d "$prefix.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  root=$work/root apt=$work/apt
  mkdir -p "$apt"/{lists,archives}/partial "$root"
  touch "$apt/status" # nothing counts as installed, so apt names every library that is needed, C library included

  # apt tells its own mirror, whatever the format of its files; the distribution's keys vouch for what comes from it.
  mirror=$(apt-get indextargets --no-release-info --format "\$(RELEASE) \$(COMPONENT) \$(REPO_URI)" |
    awk -v release="${VERSION_CODENAME:-}" '$1 == release && $2 == "main" {print $3; exit}' || true)
  if [ -z "$mirror" ]; then
    echo "${0##*/}: apt names no source for ${VERSION_CODENAME:-this system} main" >&2 && exit 1
  fi
  keys=$(find /usr/share/keyrings -name "$ID-archive-keyring.*pg" | sort | tail -1)
  echo "deb [signed-by=$keys] $mirror $suite $component" >"$apt/sources.list"
  _apt() {
    apt-get -qq -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State="$apt" \
      -o Dir::State::status="$apt/status" -o Dir::Cache="$apt" -o Dir::Log="$apt" -o APT::Sandbox::User= \
      -o Acquire::Languages=none -o Acquire::Retries=3 -o Debug::NoLocking=true -o APT::Keep-Downloaded-Packages=true "$@"
  }
  _apt update
  _apt install --download-only --no-install-recommends -y "$@" patchelf >/dev/null
  for package in "$apt"/archives/*.deb; do dpkg-deb -x "$package" "$root"; done
  libraries=$(basename "$(echo "$root"/usr/lib/*-linux-gnu*)")
}

# settle PROGRAM: have /usr/bin/PROGRAM use its own libraries, and put all in place
settle() {
  local own=$root/usr/lib/$libraries loader
  loader=$(basename "$(echo "$own"/ld-linux*.so.*)")
  # Without --no-sort, patchelf 0.18 leaves a binary that crashes.
  "$own/$loader" --library-path "$own" "$root/usr/bin/patchelf" --no-sort --force-rpath \
    --set-interpreter "$prefix/usr/lib/$libraries/$loader" --set-rpath "$prefix/usr/lib/$libraries" \
    "$(readlink -f "$root/usr/bin/$1")"
  rm -rf "$prefix"
  mv "$root" "$prefix"
}
