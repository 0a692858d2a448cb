#!/bin/sh
# with-ca.sh <command...>: run a command that trusts the certificates of the build secret `ca` as well, where one was given.
# A proxy that opens TLS needs this; the bundle never becomes part of an image.
set -eu
bundle=/run/secrets/ca
if [ -s "$bundle" ]; then
  export NODE_EXTRA_CA_CERTS="$bundle" PIP_CERT="$bundle" GIT_SSL_CAINFO="$bundle" SSL_CERT_FILE="$bundle"
fi
exec "$@"
