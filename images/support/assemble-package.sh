#!/bin/sh
# assemble-package.sh <version>: our package as /opt/spec-automation, from /build (compiled) and /production (its libraries).
# The version is that of the labels, which no instruction of a Dockerfile can read from a file.
set -eu
version=$(node -p 'require("/build/package.json").version')
if [ "$version" != "$1" ]; then
  echo "assemble-package: package.json is at $version, the build argument VERSION at $1: they have to be the same." >&2
  exit 1
fi
mkdir -p /out/opt/spec-automation
cp -r /build/dist /production/node_modules /out/opt/spec-automation/
cp /build/package.json /build/LICENSE /out/opt/spec-automation/
# Types, maps and tests of libraries are read by nobody here.
find /out/opt/spec-automation/node_modules -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' |
  xargs -r rm -f
