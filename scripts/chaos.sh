#!/usr/bin/env bash
# Run the chaos test by hand, with its report: KILLS faults (15) in the order of SEED if that is given, or as many as come
# within MINUTES. A frozen worker stays frozen for a minute. PostgreSQL is started for the run, so that it can be killed
# too. TESTS names the other tests of this kind, in which CONTACTS contacts go through a sequence or a broadcast.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${KILLS:-}" ]; then
    KILLS=15
    if [ -n "${MINUTES:-}" ] && [ -z "${TESTS:-}" ]; then KILLS=1000000; fi # the time ends it
fi
export CHAOS_FAULTS=$KILLS CHAOS_MINUTES=${MINUTES:-0} CHAOS_FREEZE_SECONDS=60 CHAOS_CONTACTS=${CONTACTS:-1000}
if [ -n "${SEED:-}" ]; then export CHAOS_SEED=$SEED; fi
unset DATABASE_URL REDIS_URL TEST_DATABASE_URL TEST_REDIS_URL
export TEST_SERVICES=wheels
exec "${BIN:-.venv/bin}/python" -m pytest ${TESTS:-tests/system/test_chaos.py} -s
