# shellcheck shell=bash
# Sourced by the scripts, after say.sh: packages of the system, installed only after saying so.

# need_packages PACKAGE...: install them by apt as root or by sudo, else say the exact command and fail
need_packages() {
  local command="apt-get update && apt-get install -y --no-install-recommends $*"
  if ! command -v apt-get >/dev/null; then
    stop "Missing on this system: $* (Debian's names). Install them, then run this again." \
      "Il manque à ce système : $* (noms Debian). Installez-les, puis relancez cette commande."
  fi
  if [ "$(id -u)" = 0 ]; then
    say "Installing on this system by apt: $*" "Installation sur ce système par apt : $*"
    DEBIAN_FRONTEND=noninteractive bash -c "$command" </dev/null >&2
  elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    say "Installing on this system by sudo apt: $*" "Installation sur ce système par sudo apt : $*"
    sudo DEBIAN_FRONTEND=noninteractive bash -c "$command" >&2
  else
    stop "Missing on this system: $*. As root, run this, then start again:
  $command" "Il manque à ce système : $*. En tant que root, lancez ceci, puis recommencez :
  $command"
  fi
}
