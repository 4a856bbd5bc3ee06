#!/bin/sh
#
# Makes the secrets of shop/production that are not there yet, and the files that hold some of them:
#
#   ./secrets.sh
#
# secrets/NAME holds the value of the secret NAME and nothing else. A value that is there is never changed, so
# this may run again at any time. To make another one, remove its file first.
#
# Texts stand in single quotes, so that nothing in them is expanded.
# shellcheck disable=SC2016
set -eu
LC_ALL=C
export LC_ALL
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
# Nobody else gets into the folder or reads what is in it.
mode=600
chmod -R go= secrets
new=secrets/.new.$$
missing=
trap 'rm -f "$new"' EXIT
trap 'exit 1' HUP INT TERM

fail() {
    printf 'secrets.sh: %s\n' "$1" >&2
    exit 1
}

# Whether the file of a secret is there.
has() {
    [ ! -d "secrets/$1" ] || fail "secrets/$1 is a folder: remove it (Docker makes one where it misses a file)"
    [ ! -e "secrets/$1" ] || [ -s "secrets/$1" ] || fail "secrets/$1 is empty: remove it or write the value into it"
    [ -e "secrets/$1" ]
}

# The new file becomes the one of a secret, whole or not at all, and never in place of one that is there.
keep() {
    chmod "$mode" "$new"
    ln "$new" "secrets/$1" 2>/dev/null || [ -s "secrets/$1" ] || fail "cannot write secrets/$1"
    rm -f "$new"
}

# random NAME LENGTH: characters that need no escaping in a URL or a file.
random() {
    if has "$1"; then return; fi
    tr -dc 'A-Za-z0-9_-' </dev/urandom 2>/dev/null | head -c "$2" >"$new"
    [ "$(wc -c <"$new")" -eq "$2" ] || fail "cannot read /dev/urandom"
    keep "$1"
}

# given NAME VARIABLE VALUE: a value that only a person knows, from the environment or from its file.
given() {
    if has "$1"; then
        if [ -n "$3" ] && [ "$3" != "$(cat "secrets/$1")" ]; then
            printf 'secrets.sh: secrets/%s keeps its value, which is not that of %s; remove the file to change it\n' "$1" "$2" >&2
        fi
    elif [ -n "$3" ]; then
        printf '%s' "$3" >"$new"
        keep "$1"
    else
        missing="$missing
  secrets/$1${2:+, or the variable $2}"
    fi
}

# value NAME, hash NAME: the value of a secret, and its SHA-256 in hexadecimal.
value() {
    content=$(cat "secrets/$1")
    printf '%s' "$content"
}
hash() {
    content=$(cat "secrets/$1")
    if command -v sha256sum >/dev/null; then
        sum=$(printf '%s' "$content" | sha256sum)
    else
        sum=$(printf '%s' "$content" | shasum -a 256)
    fi
    printf '%s' "${sum%% *}"
}

# The new file takes the place of a file that is made from secrets.
put() {
    chmod "$2" "$new"
    mv -f "$new" "$1"
}

[ -z "$missing" ] || fail "these values are yours to give:$missing"

random grafana-admin 32
random grafana-key 32
random jwt 43
random postgres-admin 32
random postgres-app 32
random postgres-backup 32
random postgres-exporter-password 32
random redis-admin 32
random redis-app 32
random redis-backup 32
random redis-exporter-password 32

{
    printf '%s' 'user default off ~* &* +@all
user slipway on #'
    hash redis-admin
    printf '%s' ' ~* &* +@all
user '
    printf '%s' 'redis_app'
    printf '%s' ' on #'
    hash redis-app
    printf '%s' ' ~* &* +@all -@admin -@dangerous +info
'
    printf '%s' 'user exporter on #'
    hash redis-exporter-password
    printf '%s' ' resetkeys resetchannels -@all +ping +info +client|setname +config|get +slowlog|get +slowlog|len +latency|latest +latency|histogram
user backup on #'
    hash redis-backup
    printf '%s' ' -@all +ping +sync +psync +replconf
'
} >"$new"
put 'secrets/redis.acl' "$mode"
