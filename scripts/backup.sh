#!/usr/bin/env bash
# Write a backup of the database to a file: make backup FILE=crm.dump. `python -m crmsolid.local backup` runs it, and says
# by variables where the database is.
set -euo pipefail
file=${1:?give the name of the file: make backup FILE=crm.dump}
umask 077
trap 'rm -f "$file.new"' EXIT
"$PROGRAMS/pg_dump" --format=custom --file="$file.new"
mv "$file.new" "$file"
cat <<END
wrote $file, $(du -h "$file" | cut -f 1)
keep apart from it: secret_key and field_encryption_key of $CRMSOLID_DATA, without which parts of it cannot be read,
and erasures.jsonl, which says whom to erase again when it is restored
END
