#!/usr/bin/env bash
# Run the chaos test by hand, with its report: KILLS faults (15) in the order of SEED if that is given, or as many as come
# within MINUTES. A frozen worker stays frozen for a minute. PostgreSQL is started for the run, so that it can be crashed
# too; where it is not installed, the one that answers is used and left alone. Redis must be installed. TESTS names the
# other tests of this kind, in which CONTACTS contacts go through a sequence or a broadcast.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=${BIN:-.venv/bin}
scratch=$(mktemp -d)
source scripts/services.sh
trap 'stop_services; rm -rf "$scratch"' EXIT
if [ -z "${KILLS:-}" ]; then
    KILLS=15
    if [ -n "${MINUTES:-}" ] && [ -z "${TESTS:-}" ]; then KILLS=1000000; fi # the time ends it
fi
export CRMSOLID_DATA="$scratch/data" CHAOS_FAULTS=$KILLS CHAOS_MINUTES=${MINUTES:-0} CHAOS_FREEZE_SECONDS=60
export CHAOS_CONTACTS=${CONTACTS:-1000}
if [ -n "${SEED:-}" ]; then export CHAOS_SEED=$SEED; fi
unset CRMSOLID_ENV DEBUG SECRET_KEY FIELD_ENCRYPTION_KEYS ALLOWED_HOSTS CHAOS_RESTART_POSTGRES
if start_own_postgres; then
    {
        declare -f as_postgres
        echo "as_postgres $postgres_tools/pg_ctl -D $postgres_folder/data -l $postgres_folder/log -m immediate -w restart"
    } >"$scratch/restart_postgres"
    export CHAOS_RESTART_POSTGRES="bash $scratch/restart_postgres"
elif ! start_postgres; then
    echo "$reason" >&2
    exit 1
fi
if ! start_redis; then
    echo "$reason" >&2
    exit 1
fi
export DATABASE_URL=$postgres_url REDIS_URL=$redis_url
"$bin/python" -m pytest ${TESTS:-tests/system/test_chaos.py} -s
