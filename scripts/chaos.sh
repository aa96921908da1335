#!/usr/bin/env bash
# Run the chaos test by hand, with its report: KILLS faults, in the order of SEED if that is given. A frozen worker stays
# frozen for a minute. PostgreSQL is used or started as in scripts/test.sh; Redis must be installed.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=${BIN:-.venv/bin}
scratch=$(mktemp -d)
source scripts/services.sh
trap 'stop_services; rm -rf "$scratch"' EXIT
export CRMSOLID_DATA="$scratch/data" CHAOS_FAULTS=${KILLS:-15} CHAOS_FREEZE_SECONDS=60
if [ -n "${SEED:-}" ]; then export CHAOS_SEED=$SEED; fi
unset CRMSOLID_ENV DEBUG SECRET_KEY FIELD_ENCRYPTION_KEYS ALLOWED_HOSTS
if ! start_postgres || ! start_redis; then
    echo "$reason" >&2
    exit 1
fi
export DATABASE_URL=$postgres_url REDIS_URL=$redis_url
"$bin/python" -m pytest tests/system/test_chaos.py -s
