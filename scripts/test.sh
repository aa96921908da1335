#!/usr/bin/env bash
# Run ruff, mypy, and the tests twice: on SQLite with the embedded broker, and on PostgreSQL with Redis. Services that
# answer on 127.0.0.1 are used; those that are only installed are started for the run. A test that fails runs once more,
# alone. What was left out and which tests are unstable is listed at the end; with CI=true nothing may be left out.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=${BIN:-.venv/bin}
scratch=$(mktemp -d)
source scripts/services.sh
trap 'stop_services; rm -rf "$scratch"' EXIT
export CRMSOLID_DATA="$scratch/data"
unset DATABASE_URL REDIS_URL CRMSOLID_ENV DEBUG SECRET_KEY FIELD_ENCRYPTION_KEYS ALLOWED_HOSTS
mkdir "$scratch/results"
failed=0
missing=()

step() { # name, command...
    echo "--- $1"
    shift
    "$@" || failed=1
}

suite() { # name, pytest arguments...
    step "tests on $1" "$bin/python" -m tests.plugins.suite run "$scratch/results" "$@"
}

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
"$bin/python" -m tests.plugins.suite summary "$scratch/results" "${missing[@]}" || failed=1
exit $failed
