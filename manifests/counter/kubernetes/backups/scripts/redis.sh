set -eu
. "${0%/*}/set.sh"
begin rdb
REDISCLI_AUTH=$(cat "$LOGIN_FILE")
export REDISCLI_AUTH
redis-cli -h "$HOST" --user "$LOGIN" --no-auth-warning --rdb "$part"
redis-check-rdb "$part" >/dev/null
finish
