#!/usr/bin/env bash
# Lint, types, then the suite twice: on SQLite with the embedded broker, and on PostgreSQL with Redis. Services that
# answer on 127.0.0.1 are used; those that are only installed are started for the run. What had to be left out is
# listed at the end; with CI=true nothing may be.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=${BIN:-.venv/bin}
scratch=$(mktemp -d)
source scripts/services.sh
trap 'stop_services; rm -rf "$scratch"' EXIT
export CRMSOLID_LEFT_OUT="$scratch/left-out" CRMSOLID_DATA="$scratch/data"
unset DATABASE_URL REDIS_URL CRMSOLID_ENV DEBUG SECRET_KEY FIELD_ENCRYPTION_KEYS ALLOWED_HOSTS
mkdir "$CRMSOLID_LEFT_OUT"
failed=0
missing=()

step() { # name, command...
    echo "--- $1"
    shift
    "$@" || failed=1
}

suite() { # name, pytest arguments...
    CRMSOLID_SUITE=$1 step "tests on $1" "$bin/python" -m pytest -v -p tests.plugins.isolation -p tests.plugins.left_out \
        --tb=short --no-header "${PYTEST_WORKERS[@]}" "${@:2}" 
}

# In the order of the files: the reordered one keeps modules with one long, waiting test for the end.
PYTEST_WORKERS=(-n "${TEST_PROCESSES:-2}" --dist loadscope --no-loadscope-reorder)

step "ruff" "$bin/ruff" check .
step "mypy" "$bin/mypy" .
suite "SQLite" "$@"
start_postgres || missing+=("the suite on PostgreSQL and Redis: $reason")
if [ ${#missing[@]} = 0 ]; then
    start_redis || missing+=("the suite on PostgreSQL and Redis: $reason")
fi
if [ ${#missing[@]} = 0 ]; then
    export DATABASE_URL=$postgres_url REDIS_URL=$redis_url
    suite "PostgreSQL and Redis" "$@"
fi
"$bin/python" -m tests.plugins.left_out "$CRMSOLID_LEFT_OUT" "${missing[@]}" || failed=1
exit $failed
