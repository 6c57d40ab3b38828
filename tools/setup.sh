#!/usr/bin/env bash
# Makes the virtual environment, or brings it up to date: tools/setup.sh VENV LOCK
# Needs python3 (3.11 or newer) with its venv module, or uv. Every package is checked against the hash in LOCK, only
# ready-built wheels are taken, and no address stands here: pip and uv use the index they are configured for.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv=$1 lock=$2

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() { # the first interpreter that is new enough; with `venv`, one that can make environments by itself
  local candidate
  for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
    command -v "$candidate" >/dev/null && new_enough "$candidate" || continue
    [ "${1:-}" != venv ] || "$candidate" -c 'import ensurepip, venv' 2>/dev/null || continue
    echo "$candidate"
    return
  done
  return 1
}

refuse() {
  {
    echo "cofactor cannot make its environment in $venv."
    if ! find_python >/dev/null; then
      echo "got:      $(python3 --version 2>/dev/null || echo 'no python3')"
      echo "expected: Python 3.11 or newer"
      echo "do:       install it, or point to one:  make setup PYTHON=/path/to/python3.12"
    else
      echo "got:      $(find_python) without its venv module"
      echo "expected: python3 with venv (a package of its own on Debian and Ubuntu), or uv"
      echo "do:       apt install python3-venv"
    fi
  } >&2
  exit 1
}

with_uv() {
  command -v uv >/dev/null || return 1
  local python
  if [ ! -x "$venv/bin/python" ]; then
    python=$(find_python) || return 1
    UV_PYTHON_DOWNLOADS=never uv venv --quiet --python "$python" "$venv" || return 1
  fi
  uv pip install --quiet --python "$venv/bin/python" --no-deps --only-binary :all: --require-hashes -r "$lock" &&
    uv pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation --editable .
}

with_pip() {
  local python
  if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python venv) || refuse
    rm -rf "$venv"
    "$python" -m venv "$venv" || refuse
  fi
  pip=("$venv/bin/python" -m pip --disable-pip-version-check -qq install --no-deps)
  "${pip[@]}" --only-binary :all: --require-hashes -r "$lock"
  # Hatchling comes from the lock just installed. With build isolation pip would fetch it again, without a hash.
  "${pip[@]}" --no-build-isolation --editable .
}

echo "Setting up $venv from $lock"
with_uv || with_pip
