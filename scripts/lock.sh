#!/usr/bin/env bash
# Pin the requirements anew. One file for product and tests, plain pins, for every Python we run on: compiled with the
# oldest one, whose packages are the largest set.
set -euo pipefail
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
.venv/bin/python -m venv "$tool"
"$tool/bin/pip" install --quiet pip-tools
"$tool/bin/pip-compile" --quiet --upgrade --strip-extras --no-header --no-annotate --no-emit-options \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements.lock requirements-dev.txt
