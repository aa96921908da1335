#!/usr/bin/env bash
# Run the benchmark (bench/suite.py) with LONG=1 at the sizes of docs/performance.md, or PARTS of it. PostgreSQL and Redis
# are used or started as in scripts/test.sh; a server that is started here does not wait for the disk.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=${BIN:-.venv/bin}
scratch=$(mktemp -d)
source scripts/services.sh
trap 'stop_services; rm -rf "$scratch"' EXIT
postgres_url=${BENCH_POSTGRES:-postgres://postgres@127.0.0.1:5432}/postgres
redis_url=${BENCH_REDIS:-redis://127.0.0.1:6379/14}
if ! start_postgres || ! start_redis; then
    echo "$reason. Install both (Debian, Ubuntu: apt install postgresql redis-server; macOS: brew install postgresql@15" \
        "redis), or name them: BENCH_POSTGRES=postgres://user@host:5432 BENCH_REDIS=redis://host:6379/14 make bench" >&2
    exit 1
fi
export CRMSOLID_DATA="$scratch/data" BENCH_POSTGRES=${postgres_url%/*} BENCH_REDIS=$redis_url
unset CRMSOLID_ENV DEBUG SECRET_KEY FIELD_ENCRYPTION_KEYS ALLOWED_HOSTS DATABASE_URL REDIS_URL
"$bin/python" -m bench.suite ${LONG:+--long} ${PARTS:+--parts "$PARTS"}
