#!/usr/bin/env bash
# Run the benchmark (bench/suite.py) with LONG=1 at the sizes of docs/performance.md, or PARTS of it, on the PostgreSQL
# of BENCH_POSTGRES (postgres://user@host:5432) and the Redis of BENCH_REDIS (redis://host:6379/14). Without them it runs
# on those that the tests would use; ones that are started for it do not wait for the disk.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${BIN:-.venv/bin}/python
unset DATABASE_URL REDIS_URL
export TEST_DATABASE_URL=${BENCH_POSTGRES:+$BENCH_POSTGRES/crmsolid} TEST_REDIS_URL=${BENCH_REDIS:-}
exec "$python" -m tests.plugins.services bash -c '
    export BENCH_POSTGRES=${DATABASE_URL%/*} BENCH_REDIS=$REDIS_URL
    unset DATABASE_URL REDIS_URL
    exec "$@"' bench "$python" -m bench.suite ${LONG:+--long} ${PARTS:+--parts "$PARTS"}
