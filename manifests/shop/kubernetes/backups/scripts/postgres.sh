set -eu
. "${0%/*}/set.sh"
begin dump
PGPASSFILE=$(mktemp)
export PGPASSFILE
printf '%s:*:*:%s:%s\n' "$HOST" "$LOGIN" "$(sed 's/[\\:]/\\&/g' "$LOGIN_FILE")" >"$PGPASSFILE"
pg_dump --format=custom --host="$HOST" --username="$LOGIN" --no-password --dbname="$DATABASE" --file="$part"
pg_restore --list "$part" >/dev/null
finish
