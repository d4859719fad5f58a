# shellcheck shell=bash
# Sourced by the scripts: what they say, in the language of whoever reads it.

# say ENGLISH FRENCH
say() {
  case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
    fr*) printf '%s\n' "$2" ;;
    *) printf '%s\n' "$1" ;;
  esac >&2
}

# stop ENGLISH FRENCH: say it and fail
stop() {
  say "$1" "$2"
  exit 1
}
