#!/bin/sh
# Opens the backup sets of this vault (RESTORE.md). Needs sh, sed, sha256sum and zstd; for encrypted sets age.
set -eu
umask 077
LC_ALL=C
export LC_ALL

usage() {
    cat <<'END'
usage: restore.sh list                          the committed sets, the newest of each series last
       restore.sh check SET                     compare every stored object with the manifest; needs no key
       restore.sh fetch SET FOLDER [IDENTITY]   check, decrypt with the file IDENTITY, decompress into FOLDER
SET is as `list` writes it, or a folder below sets/.
END
    exit 2
}

die() {
    printf 'restore.sh: %s\n' "$*" >&2
    exit 1
}

need() {
    command -v "$1" >/dev/null 2>&1 || die "$1 is not installed"
}

sum() {
    sha256sum <"$1" | sed 's/ .*//'
}

size() {
    wc -c <"$1" | tr -d ' '
}

is_abandoned() {
    grep -q '^{"body":{"abandoned":' "$1"
}

# The folder of the set $1 in $folder, once its manifest is known to be whole.
find_set() {
    set_id=${1%/}
    set_id=${set_id#./}
    set_id=${set_id#sets/}
    case "/$set_id/" in */../* | *//*) die "$1 is not a set" ;; esac
    folder=$vault/sets/$set_id
    manifest=$folder/MANIFEST.json
    [ -f "$manifest" ] || die "there is no set $1: it has no MANIFEST.json"
    written=$(sed -n 's/.*,"sha256":"\([0-9a-f]\{64\}\)"}$/\1/p' "$manifest")
    actual=$(sed 's/^{"body":\(.*\),"sha256":"[0-9a-f]\{64\}"}$/\1/' "$manifest" | tr -d '\n' | sha256sum | sed 's/ .*//')
    if [ -z "$written" ] || [ "$written" != "$actual" ]; then die "MANIFEST.json of $set_id is damaged"; fi
    if is_abandoned "$manifest"; then die "the set $set_id was given up, not committed"; fi
    grep -q '"format":1,' "$manifest" || die "the set $set_id has another format than this script reads"
}

# The manifest with a line feed before each object.
split_objects() {
    sed 's/{"blob":"/\
{"blob":"/g' "$manifest"
}

# A line for each object: blob, codecs, name, digest and size of the plain bytes, digest and size of the stored ones.
# A quotation mark within a text has a backslash before it, so none of this can be found in one.
objects() {
    split_objects | sed -n 's/^{"blob":"\([A-Za-z0-9._-]*\)","codecs":\[\([a-z",]*\)\],"name":"\([A-Za-z0-9._-]*\)","plain":{"sha256":"\([0-9a-f]*\)","size":\([0-9]*\)},"stored":{"sha256":"\([0-9a-f]*\)","size":\([0-9]*\)},"traits":{.*/\1 [\2] \3 \4 \5 \6 \7/p'
}

# Compares the stored objects of the set that was found.
check_set() {
    objects >"$work"
    count=$(split_objects | grep -c '^{"blob":"' || true)
    if [ "$count" -eq 0 ] || [ "$count" -ne "$(wc -l <"$work")" ]; then
        die "MANIFEST.json of $set_id has a form of its own"
    fi
    damaged=0
    while read -r blob codecs name plain_sum plain_size stored_sum stored_size; do
        if [ ! -f "$folder/$blob" ]; then
            echo "MISSING  $blob"
            damaged=1
        elif [ "$(size "$folder/$blob")" != "$stored_size" ] || [ "$(sum "$folder/$blob")" != "$stored_sum" ]; then
            echo "DAMAGED  $blob"
            damaged=1
        else
            echo "sound    $blob"
        fi
    done <"$work"
    [ "$damaged" = 0 ] || die "the set $set_id is not whole"
    echo "manifest $(sum "$manifest")"
}

# Writes the plain bytes of one object to $1. What was written before an error is for nobody.
open_object() {
    case $codecs in
        '[]') cat "$folder/$blob" >"$1" ;;
        '["zstd"]') zstd -q -d -c --long=27 "$folder/$blob" >"$1" ;;
        '["age"]') age -d -i "$identity" "$folder/$blob" >"$1" ;;
        '["zstd","age"]')
            age -d -i "$identity" "$folder/$blob" >"$1.zst" || return 1
            zstd -q -d -c --long=27 "$1.zst" >"$1" || return 1
            rm -f "$1.zst"
            ;;
        *) return 1 ;;
    esac
}

fetch_set() {
    out=$1
    identity=${2-}
    case $(cat "$work") in
        *'zstd'*) need zstd ;;
    esac
    case $(cat "$work") in
        *'"age"'*)
            need age
            [ -n "$identity" ] || die "the set is encrypted: name the file with the age identity behind the folder"
            [ -f "$identity" ] || die "there is no identity file $identity"
            ;;
    esac
    mkdir -p "$out"
    while read -r blob codecs name plain_sum plain_size stored_sum stored_size; do
        [ ! -e "$out/$name" ] || die "$out/$name is there already"
        part=$out/.$name.part
        if ! open_object "$part" || [ "$(size "$part")" != "$plain_size" ] || [ "$(sum "$part")" != "$plain_sum" ]; then
            rm -f "$part" "$part.zst"
            die "$blob cannot be opened, or does not hold what was backed up"
        fi
        mv "$part" "$out/$name"
        echo "opened   $out/$name"
    done <"$work"
    next_commands
}

# What to type next, by the kind of object.
next_commands() {
    echo
    echo "What to do next (RESTORE.md says more):"
    while read -r blob codecs name plain_sum plain_size stored_sum stored_size; do
        case $name in
            *.rdb)
                echo "  # Redis: a data directory with $name as the base of its append-only file"
                echo "  mkdir -p redis-data/appendonlydir"
                echo "  cp '$out/$name' redis-data/appendonlydir/appendonly.aof.1.base.rdb"
                echo "  echo 'file appendonly.aof.1.base.rdb seq 1 type b' >redis-data/appendonlydir/appendonly.aof.manifest"
                echo "  redis-server --dir \"\$PWD/redis-data\" --appendonly yes --save '' --port 0 --unixsocket \"\$PWD/redis.sock\""
                ;;
            *globals*.sql)
                echo "  # Postgres: the roles first, as a superuser of an empty cluster"
                echo "  psql -X -v ON_ERROR_STOP=1 -d postgres -f '$out/$name'"
                ;;
            *.dump)
                echo "  pg_restore -e --create -d postgres '$out/$name'    # then ANALYZE in that database"
                ;;
            *.tar)
                stem=${name%.tar}
                echo "  mkdir '$stem' && tar -x -p -C '$stem' -f '$out/$name'"
                ;;
        esac
    done <"$work"
}

vault=$(cd "$(dirname "$0")" && pwd)
[ -f "$vault/vault.json" ] || die "there is no vault.json beside this script"
need sha256sum
work=$(mktemp)
trap 'rm -f "$work"' EXIT
trap 'exit 130' INT TERM

case ${1-} in
    list)
        [ $# = 1 ] || usage
        # By series and number: a clock may have been wrong.
        find "$vault/sets" -name MANIFEST.json -type f | while read -r manifest; do
            if is_abandoned "$manifest"; then continue; fi
            set_id=${manifest#"$vault/sets/"}
            set_id=${set_id%/MANIFEST.json}
            echo "${set_id%/*} ${set_id##*-} $set_id"
        done | sort -k 1,1 -k 2,2n | sed 's/^[^ ]* [^ ]* //'
        ;;
    check)
        [ $# = 2 ] || usage
        find_set "$2"
        check_set
        ;;
    fetch)
        [ $# = 3 ] || [ $# = 4 ] || usage
        find_set "$2"
        check_set
        fetch_set "$3" "${4-}"
        ;;
    *) usage ;;
esac
