#!/usr/bin/env bash
# Make the database what it is in a backup: make restore FILE=crm.dump, with REPLACE=1 in place of one that has data, which
# is kept under another name. `python -m crmsolid.local restore` runs it, and says by variables where the database is.
# Either all of it happens or nothing. It leaves what docs/deployment.md, "Restore a backup", leads to.
set -euo pipefail
file=${1:?give the name of the file: make restore FILE=crm.dump}
replace=${2:-}
name=$PGDATABASE
new=${name}_new
export PATH="$PATH:$PROGRAMS" PGDATABASE=postgres PGOPTIONS="-c client_min_messages=warning"

ask() { "$PROGRAMS/psql" -X -q -A -t -v ON_ERROR_STOP=1 -c "$1" "${@:2}"; }
run() { DATABASE_URL="${DATABASE_URL%/*}/$new" python manage.py "$@"; }

began=$(TZ=UTC "$PROGRAMS/pg_restore" --list "$file" | sed -n 's/^;  *Archive created at \([0-9-]*\) \([0-9:]*\).*/\1T\2Z/p')
for key in secret_key field_encryption_key; do
    if [ ! -e "$CRMSOLID_DATA/$key" ]; then
        echo "make restore: copy $key of the data folder that the backup is from to $CRMSOLID_DATA first" >&2
        exit 1
    fi
done
former=
if [ -n "$(ask "SELECT 1 FROM pg_database WHERE datname = '$name'")" ]; then
    former=${name}_before_$(date -u +%Y%m%d%H%M%S)
    if [ -z "$replace" ] && [ -n "$(ask "SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1" -d "$name")" ]; then
        echo "make restore: the database has data; with REPLACE=1 it is kept as $former" >&2
        exit 1
    fi
fi
ask "DROP DATABASE IF EXISTS $new" # of a restore that was interrupted
ask "CREATE DATABASE $new"
trap 'ask "DROP DATABASE IF EXISTS $new WITH (FORCE)"' EXIT
"$PROGRAMS/pg_restore" --no-owner --exit-on-error --dbname="$new" "$file"
run migrate --no-input --verbosity 0
run replay_erasures --since "$began"
run sending hold --reason "restored from a backup of $began"
if [ -n "$former" ]; then ask "ALTER DATABASE $name RENAME TO $former"; fi
ask "ALTER DATABASE $new RENAME TO $name"
cat <<END
restored $file, a backup of $began${former:+; the database before it is $former}
Nothing is sent until you release it. Next: make run, and in another terminal
  python manage.py sending status
  python manage.py sending release --cancel-queued-before    (or --resume; docs/deployment.md says which)
END
