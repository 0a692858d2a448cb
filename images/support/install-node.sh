#!/bin/sh
# install-node.sh <package.json> <npm version>: the Node that the package pins, and npm, laid out below /out/usr/local.
# With a bill of materials for each of the two, since an image may take only one.
# Debian's npm only fetches them: the npm package of Node holds the very binary its project publishes.
set -eu
manifest=$1 npm_version=$2
version=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).devDependencies.node' "$manifest")
case $(dpkg --print-architecture) in
  amd64) architecture=x64 ;;
  arm64) architecture=arm64 ;;
  *) echo "install-node: the package of Node knows amd64 and arm64, not $(dpkg --print-architecture)." >&2; exit 1 ;;
esac
npm install --prefix /fetched --ignore-scripts --no-audit --no-fund --no-update-notifier \
  "node-linux-$architecture@$version" "npm@$npm_version"
mkdir -p /out/usr/local/bin /out/usr/local/lib/node_modules
mv "/fetched/node_modules/node-linux-$architecture/bin/node" /out/usr/local/bin/node
mv /fetched/node_modules/npm /out/usr/local/lib/node_modules/npm
rm -rf /out/usr/local/lib/node_modules/npm/docs /out/usr/local/lib/node_modules/npm/man
ln -s ../lib/node_modules/npm/bin/npm-cli.js /out/usr/local/bin/npm
ln -s ../lib/node_modules/npm/bin/npx-cli.js /out/usr/local/bin/npx
sbom=/out/usr/share/spec-automation/sbom
mkdir -p "$sbom"
list() {
  printf '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[%s]}\n' \
    "{\"type\":\"application\",\"name\":\"$1\",\"version\":\"$2\",\"purl\":\"pkg:npm/$1@$2\"}"
}
list "node-linux-$architecture" "$version" > "$sbom/node.cdx.json"
list npm "$npm_version" > "$sbom/npm.cdx.json"
