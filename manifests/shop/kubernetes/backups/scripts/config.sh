set -eu
. "${0%/*}/set.sh"
begin tar.gz
tar -C /config --dereference --exclude='..*' -czf "$part" -- *
tar -tzf "$part" >/dev/null
finish
