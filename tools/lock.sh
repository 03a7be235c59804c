#!/bin/sh
# Writes the lock files from pyproject.toml: every package with its hashes, for every platform, and no address of any registry.
# Keeps the versions already locked; tools/lock.sh --upgrade takes the newest. Fetches uv where there is none.
set -eu
cd "$(dirname "$0")/.."
uv=$(command -v uv || echo .venv/uv/bin/uv)
[ -x "$uv" ] || python3 -m pip install --quiet --target .venv/uv uv

lock() { # GROUP FILE ARGUMENTS...
  group=$1 file=$2
  shift 2
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
    --no-emit-find-links --group "$group" --output-file "$file" "$@"
}

lock build requirements.lock pyproject.toml "$@"
lock dev requirements-dev.lock --constraints requirements.lock "$@"
lock bench requirements-bench.lock --constraints requirements.lock --constraints requirements-dev.lock "$@"
lock infra requirements-infra.lock --constraints requirements.lock --constraints requirements-dev.lock "$@"
lock flink requirements-flink.lock "$@"
lock spark requirements-spark.lock --constraints requirements.lock "$@"
lock trino requirements-trino.lock "$@"
