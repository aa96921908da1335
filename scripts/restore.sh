#!/usr/bin/env bash
# Make the database what it is in a backup: make restore FILE=crm.dump, with REPLACE=1 in place of one that has data, which
# is kept under another name, and with NOBODY_ERASED=1 without a ledger of erasures. `python -m crmsolid.local restore`
# runs it, and says by variables where the database is. Either all of it happens or nothing. It leaves what
# docs/deployment.md, "Restore a backup", leads to.
set -euo pipefail
file=${1:?give the name of the file: make restore FILE=crm.dump}
replace=${2:-}
nobody_erased=${3:-}
name=$PGDATABASE
new=${name}_new
export PATH="$PATH:$PROGRAMS" PGDATABASE=postgres PGOPTIONS="-c client_min_messages=warning"

ask() { "$PROGRAMS/psql" -X -q -A -t -v ON_ERROR_STOP=1 -c "$1" "${@:2}"; }
refuse() {
    echo "make restore: $1" >&2
    exit 1
}
run() { DATABASE_URL="${DATABASE_URL%/*}/$new" python manage.py "$@"; }

began=$(TZ=UTC "$PROGRAMS/pg_restore" --list "$file" | sed -n 's/^;  *Archive created at \([0-9-]*\) \([0-9:]*\).*/\1T\2Z/p')
keys= # whose files are needed: those that no setting gives
[ -n "${SECRET_KEY:-}" ] || keys=secret_key
[ -n "${FIELD_ENCRYPTION_KEYS:-}" ] || keys="$keys field_encryption_key"
for key in $keys; do
    if [ ! -e "$CRMSOLID_DATA/$key" ]; then
        refuse "copy $key of the data folder that the backup is from to $CRMSOLID_DATA first"
    fi
done
# Without the ledger those who were erased since the backup would be back. It may be missing where nobody was erased: this
# database says so, if the backup is one of it.
if [ ! -e "$CRMSOLID_DATA/erasures.jsonl" ] && [ "$nobody_erased" != 1 ]; then
    of_nobody="SELECT key FROM workspaces_installation WHERE NOT EXISTS (SELECT FROM contacts_erasure)"
    key=$(ask "$of_nobody" -d "$name" 2> /dev/null || true) # without such a database, or in an empty one, nothing says so
    rows=$("$PROGRAMS/pg_restore" --data-only --table=workspaces_installation --file=- "$file")
    if [ -z "$key" ] || [[ $rows != *"$key"* ]]; then
        refuse "copy erasures.jsonl of the data folder that the backup is from to $CRMSOLID_DATA first, so that nobody who \
was erased comes back; with NOBODY_ERASED=1 it is not needed"
    fi
fi
former=
if [ -n "$(ask "SELECT 1 FROM pg_database WHERE datname = '$name'")" ]; then
    former=${name}_before_$(date -u +%Y%m%d%H%M%S)_$$
    if [ "$replace" != 1 ] && [ -n "$(ask "SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1" -d "$name")" ]; then
        refuse "the database has data; with REPLACE=1 it is kept as $former"
    fi
fi
ask "DROP DATABASE IF EXISTS $new" # of a restore that was interrupted
ask "CREATE DATABASE $new"
trap 'ask "DROP DATABASE IF EXISTS $new WITH (FORCE)"' EXIT
"$PROGRAMS/pg_restore" --no-owner --no-privileges --exit-on-error --dbname="$new" "$file"
run migrate --no-input --verbosity 0
run replay_erasures --since "$began"
run sending hold --reason "restored from a backup of $began"
# One transaction.
ask "${former:+ALTER DATABASE $name RENAME TO $former; }ALTER DATABASE $new RENAME TO $name"
cat <<END
restored $file, a backup of $began${former:+; the database before it is $former}
Nothing is sent until you release it. Next: make run, and in another terminal
  python manage.py sending status
  python manage.py sending release --cancel-queued-before    (or --resume; docs/deployment.md says which)
END
