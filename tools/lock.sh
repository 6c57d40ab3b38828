#!/usr/bin/env bash
# Renews the three lock files from pyproject.toml: exact versions with the hash of every file of each, for Python 3.11
# and newer on every platform, and no address of any package index. Run it after a change of dependencies.
#   tools/lock.sh            keep the locked versions where they still fit
#   tools/lock.sh --upgrade  take the newest that fit
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

uv=$(command -v uv || true)
if [ -z "$uv" ]; then
  [ -x .tools/bin/uv ] || python3 -m pip install --quiet --target .tools uv
  uv=.tools/bin/uv
fi

lock() { # lock FILE ARGUMENT...
  local file=$1
  shift
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
    --custom-compile-command tools/lock.sh --output-file "$file" pyproject.toml "$@" >/dev/null
  if grep -nE '://|^-' "$file"; then # an option of its own line would be an index or a folder of wheels
    echo "$file names an address; it must hold versions and hashes only" >&2
    exit 1
  fi
  echo "$file: $(grep -cE '^[a-z0-9._-]+==' "$file") packages"
}

# The build back end is locked with the run-time packages, so that installing cofactor itself downloads nothing unhashed.
lock requirements.lock --group build "$@"
# The other two are supersets: same versions of everything shared, so one environment can hold all three.
lock requirements-dev.lock --group build --group dev --constraints requirements.lock "$@"
lock requirements-docs.lock --group build --group docs --constraints requirements.lock "$@"
