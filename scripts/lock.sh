#!/usr/bin/env bash
# Update requirements.lock: one file for the product and its tests and for every supported Python, with the SHA-256 of
# each file of a version on PyPI. Run it with the oldest Python, which needs the most packages. requirements-build.lock
# has pip and what it builds packages with. --no-upgrade keeps the pinned versions where requirements*.txt allow it.
set -euo pipefail
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
.venv/bin/python -m venv "$tool"
"$tool/bin/pip" install --quiet pip-tools
for name in requirements-build:requirements-build requirements:requirements-dev; do
    "$tool/bin/pip-compile" --quiet --generate-hashes --allow-unsafe "${@:---upgrade}" --strip-extras --no-header \
        --no-annotate --no-emit-options --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
        --output-file "${name%:*}.lock" "${name#*:}.txt"
done
