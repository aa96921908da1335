#!/usr/bin/env bash
# Run the generated tests, or those below some folders, with FUZZ times as many examples as `make test` tries, and other
# ones in each run. Without folders, then run the Schemathesis command line on a server too.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${BIN:-.venv/bin}
files=()
while IFS= read -r file; do files+=("$file"); done \
    < <(grep -rlE 'tests\.fuzzing|openapi import contract' --include='test_*.py' "${@:-tests}" | sort)
if [ ${#files[@]} -eq 0 ]; then # pytest without a file would run every test
    echo "no generated tests in ${*:-tests}" >&2
    exit 1
fi
"$bin/python" -m pytest -n auto "${files[@]}"
if [ $# -eq 0 ]; then
    DJANGO_SETTINGS_MODULE=crmsolid.settings "$bin/python" -m tests.plugins.services "$bin/python" -m tests.api.openapi.running
fi
