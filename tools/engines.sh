#!/bin/sh
# Installs Spark, Flink and Trino, each in an environment of its own under .venv with the Java it runs on. What is there
# is left alone, and an interrupted download goes on where it stopped. Trino's server is 821 MB and comes by Maven.
set -eu
cd "$(dirname "$0")/.."
VERSION=476
SERVER=.venv/trino/server
MAVEN=org.apache.maven.plugins:maven-dependency-plugin:3.6.1
ARCHIVE=io.trino:trino-server:$VERSION:tar.gz

say() { echo "footfall: $*" >&2; }
fail() { say "$@"; exit 1; }

need() { # COMMAND PACKAGES WHY
  command -v "$1" >/dev/null || fail "$3, and no $1 was found: install it (on Debian: apt-get install $2), then run make engines again."
}

there() { [ "$VERSION" = "$(cat "$SERVER/version" 2>/dev/null)" ]; }

maven() { mvn --quiet --batch-mode "$@" || fail "the download stopped: see above, then run make engines again."; }

unpack() { # the server, with no connector but Hive's
  say "fetching Trino $VERSION: 821 MB, unless Maven has it"
  rm -rf "$SERVER" "$SERVER.unfinished" "$SERVER.fetched"
  maven "$MAVEN:get" -Dartifact="$ARCHIVE" -Dtransitive=false
  maven "$MAVEN:copy" -Dartifact="$ARCHIVE" -DoutputDirectory="$PWD/$SERVER.fetched"
  mkdir "$SERVER.unfinished"
  tar xzf "$SERVER.fetched/trino-server-$VERSION.tar.gz" -C "$SERVER.unfinished" --strip-components 1
  find "$SERVER.unfinished/plugin" -mindepth 1 -maxdepth 1 ! -name hive -exec rm -rf {} +
  echo "$VERSION" >"$SERVER.unfinished/version"
  mv "$SERVER.unfinished" "$SERVER"
  rm -rf "$SERVER.fetched"
}

need python3.11 "python3.11 python3.11-venv" "Spark and Flink run on Python 3.11"
there || need java maven "Maven, which fetches Trino, runs on a JDK"
there || need mvn maven "Trino is fetched by Maven"
tools/bootstrap.sh flink spark trino
there || unpack
say "Spark, Flink and Trino are there; now: .venv/bin/footfall conformance"
