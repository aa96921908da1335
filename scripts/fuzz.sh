#!/usr/bin/env bash
# Run the generated tests, or those below some folders, with FUZZ times as many examples as `make test` tries, and other
# ones in each run. They run on the database of DATABASE_URL, else on SQLite.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${BIN:-.venv/bin}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export CRMSOLID_DATA="$scratch/data"
mapfile -t files < <(grep -rlE 'tests\.fuzzing|openapi import contract' --include='test_*.py' "${@:-tests}" | sort)
"$bin/python" -m pytest -p tests.plugins.isolation -n auto "${files[@]}"
