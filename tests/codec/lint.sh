#!/bin/sh
# Lint the schema with buf: lint.sh PROTO_DIR TOOLS_DIR. Exit status 77: buf is not installed.
buf=$(command -v buf || true)
[ -x "$2/node_modules/.bin/buf" ] && buf=$2/node_modules/.bin/buf
if [ -z "$buf" ]; then
    echo "SKIP: buf is not installed; npm install --prefix $2 --no-save @bufbuild/buf@1"
    exit 77
fi
HOME=${TMPDIR:-/tmp} exec "$buf" lint "$1"
