#!/bin/sh
# install-spec-kit.sh <version> <source> <integrations>: GitHub's Spec Kit below /opt/spec-kit, and for each integration the files
# `specify init` lays into a new project, so that nothing is fetched when an agent works. Without a version, only the folders.
set -eu
version=$1 source=$2 integrations=$3
mkdir -p /opt/spec-kit/scaffold /out
[ -n "$version" ] || exit 0
python3 -m venv /opt/spec-kit/cli
/opt/spec-kit/cli/bin/pip install --no-cache-dir "${source:-specify-cli==$version}"
installed=$(/opt/spec-kit/cli/bin/pip show specify-cli | sed -n 's/^Version: //p')
if [ "$installed" != "$version" ]; then
  echo "install-spec-kit: the source holds version $installed, SPECIFY_CLI_VERSION says $version." >&2
  exit 1
fi
# Earlier releases say --ai.
option=--integration
COLUMNS=200 /opt/spec-kit/cli/bin/specify init --help | grep -q -e "$option" || option=--ai
for key in $integrations; do
  mkdir "/opt/spec-kit/scaffold/$key"
  cd "/opt/spec-kit/scaffold/$key"
  set -- init --here --force "$option" "$key" --script sh --ignore-agent-tools
  # The one that fits any agent has to be told where its prompts go.
  [ "$key" != generic ] || set -- "$@" --integration-options "--commands-dir .speckit/commands/"
  COLUMNS=200 /opt/spec-kit/cli/bin/specify "$@" < /dev/null
  rm -rf .git
done
# Installers are no part of what runs.
/opt/spec-kit/cli/bin/pip uninstall --yes setuptools
mkdir -p /out/usr/local/bin /out/usr/share/spec-automation/sbom
ln -s ../../../opt/spec-kit/cli/bin/specify /out/usr/local/bin/specify
/opt/spec-kit/cli/bin/pip list --format json --exclude pip | jq '{
  bomFormat: "CycloneDX", specVersion: "1.5", version: 1,
  components: map({ type: "library", name, version, purl: "pkg:pypi/\(.name | ascii_downcase)@\(.version)" })
}' > /out/usr/share/spec-automation/sbom/spec-kit.cdx.json
/opt/spec-kit/cli/bin/pip uninstall --yes pip
