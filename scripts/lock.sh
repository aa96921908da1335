#!/usr/bin/env bash
# Update requirements.lock: one file for the product and its tests and for every supported Python. Run it with the
# oldest one, which needs the most packages.
set -euo pipefail
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
.venv/bin/python -m venv "$tool"
"$tool/bin/pip" install --quiet pip-tools
"$tool/bin/pip-compile" --quiet --upgrade --strip-extras --no-header --no-annotate --no-emit-options \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements.lock requirements-dev.txt
