#!/bin/sh
# install-cli.sh <name> <npm package> <version>: an agent CLI of the npm registry as /opt/<name>, with its programs on the PATH.
# Without a version it is left out. Its install scripts run: some fetch nothing and only put the right binary in place.
set -eu
name=$1 package=$2 version=$3
mkdir -p /out/opt
[ -n "$version" ] || exit 0
mkdir -p "/out/opt/$name" /out/usr/local/bin /out/usr/share/spec-automation/sbom
cd "/out/opt/$name"
printf '{"name":"%s","version":"%s","private":true,"allowScripts":{"%s":true}}\n' "$name" "$version" "$package" > package.json
npm install --no-audit --no-fund --save-exact "$package@$version"
npm sbom --sbom-format cyclonedx > "/out/usr/share/spec-automation/sbom/$name.cdx.json"
for program in node_modules/.bin/*; do
  target=$(readlink "$program")
  # Programs of its libraries are no commands of the image.
  case $target in ../"$package"/*) ln -s "../../../opt/$name/node_modules/.bin/$target" "/out/usr/local/bin/${program##*/}" ;; esac
done
