#!/bin/sh
# install-codex.sh <version>: the native Codex CLI as /out/opt/codex, from the lock file in /codex when it names that version.
# The launcher of its npm package is left out: it only finds and starts the native program. So are the voice programs, which
# nothing starts without a microphone.
set -eu
version=$1
locked=$(node -p 'require("/codex/package.json").dependencies["@openai/codex"]')
cd /codex
if [ "$version" = "$locked" ]; then
  npm ci --ignore-scripts --no-audit --no-fund
else
  npm install --ignore-scripts --no-audit --no-fund --save-exact "@openai/codex@$version"
fi
# Only a package with a version has a bill of materials.
npm pkg set version="$version"
npm sbom --sbom-format cyclonedx > /tmp/codex.cdx.json
mkdir -p /out/opt /out/usr/local/bin /out/usr/share/spec-automation/sbom
mv node_modules/@openai/codex-linux-*/vendor/* /out/opt/codex
rm -rf /out/opt/codex/codex-resources/voice
ln -s ../../../opt/codex/bin/codex /out/usr/local/bin/codex
mv /tmp/codex.cdx.json /out/usr/share/spec-automation/sbom/
