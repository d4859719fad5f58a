# shellcheck shell=bash
# Sourced by the scripts, after say.sh: packages of the system, installed only after saying so.

# need_packages PACKAGE...: install them by apt as root or by sudo, else say the exact command and fail
need_packages() {
  local command="apt-get update && apt-get install -y --no-install-recommends $*"
  if ! command -v apt-get >/dev/null; then
    stop packages_missing "$*"
  fi
  if [ "$(id -u)" = 0 ]; then
    say packages_installing "$*"
    DEBIAN_FRONTEND=noninteractive bash -c "$command" </dev/null >&2
  elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    say packages_installing_sudo "$*"
    sudo DEBIAN_FRONTEND=noninteractive bash -c "$command" >&2
  else
    stop packages_as_root "$*" "$command"
  fi
}
