# shellcheck shell=bash
# Sourced by the scripts: what they say, in the reader's language. The texts are scripts/texts/LANGUAGE.json, one
# text a line, so that they can be read before there is a Python; `{1}`, `{2}` stand for the arguments.

# text KEY [ARGUMENT...]: print a text, in English where the language has no file
text() {
  local language=${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} folder value number
  folder=$(dirname "${BASH_SOURCE[0]}")/../texts
  language=${language%%[_.@]*}
  [ -f "$folder/$language.json" ] || language=en
  value=$(sed -n "s/^ *\"$1\": \"\(.*\)\",\{0,1\}\$/\1/p" "$folder/$language.json")
  value=$(printf '%b' "${value//\\\"/\"}")
  for ((number = 1; number < $#; number++)); do
    value=${value//"{$number}"/"${@:number+1:1}"}
  done
  printf '%s\n' "$value"
}

# say KEY [ARGUMENT...]
say() {
  text "$@" >&2
}

# stop KEY [ARGUMENT...]: say it and fail
stop() {
  say "$@"
  exit 1
}
