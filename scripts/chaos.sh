#!/usr/bin/env bash
# Run the chaos tests by hand, with their reports: KILLS faults each, in the order of SEED if that is given. A frozen
# worker stays frozen for a minute, and CONTACTS contacts go through a sequence and a broadcast. PostgreSQL is used or started as in
# scripts/test.sh; Redis must be installed.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=${BIN:-.venv/bin}
scratch=$(mktemp -d)
source scripts/services.sh
trap 'stop_services; rm -rf "$scratch"' EXIT
export CRMSOLID_DATA="$scratch/data" CHAOS_FAULTS=${KILLS:-15} CHAOS_FREEZE_SECONDS=60
export CHAOS_CONTACTS=${CONTACTS:-1000}
if [ -n "${SEED:-}" ]; then export CHAOS_SEED=$SEED; fi
unset CRMSOLID_ENV DEBUG SECRET_KEY FIELD_ENCRYPTION_KEYS ALLOWED_HOSTS
if ! start_postgres || ! start_redis; then
    echo "$reason" >&2
    exit 1
fi
export DATABASE_URL=$postgres_url REDIS_URL=$redis_url
"$bin/python" -m pytest ${TESTS:-tests/system/test_chaos.py tests/system/test_sequences.py tests/system/test_broadcasts.py} -s
