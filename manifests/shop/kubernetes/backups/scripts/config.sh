set -eu
. "${0%/*}/set.sh"
begin tar.gz
cd "${CONFIG:-/config}"
tar --dereference --exclude='..*' -czf "$part" -- *
tar -tzf "$part" >/dev/null
finish
