/// `RESTORE.md`: what a person needs who has the vault, and nothing else of ours.
enum RestoreGuide {
    static let text = #"""
        # How to open this vault without slipway

        This folder holds backup sets. Each is a folder of ordinary files:

            sets/STACK/ENVIRONMENT/POLICY/TIME-NUMBER/
              OBJECT.zst          compressed with zstd
              OBJECT.zst.age      compressed with zstd, then encrypted with age
              MANIFEST.json       what the set holds; a folder without it is no set

        If the vault is in a bucket or on another machine, copy it here first, or only `restore.sh`, `vault.json` and the
        folder of the set, at the same places.

        ## With the script

        You need `sh`, `sed`, `sha256sum` and `zstd`; for encrypted sets `age`, and the identity file that was kept elsewhere.

            sh restore.sh list
            sh restore.sh check SET
            sh restore.sh fetch SET FOLDER IDENTITY

        `fetch` compares what is stored with the manifest, decrypts, decompresses, compares again, and says what to type next.

        ## By hand

            age -d -i IDENTITY OBJECT.zst.age | zstd -d --long=27 >OBJECT
            sha256sum OBJECT            # is "plain" in MANIFEST.json
            sha256sum OBJECT.zst.age    # is "stored"

        ## What to do with the objects

        `*.rdb` is a snapshot of Redis. A server with `appendonly yes` does not load it from `dump.rdb`: it starts empty, and
        then overwrites the file. So make it the base of an append-only file, in an empty data directory, while no server
        runs on it:

            mkdir -p redis-data/appendonlydir
            cp redis.rdb redis-data/appendonlydir/appendonly.aof.1.base.rdb
            echo 'file appendonly.aof.1.base.rdb seq 1 type b' >redis-data/appendonlydir/appendonly.aof.manifest
            redis-server --dir "$PWD/redis-data" --appendonly yes

        `*globals*.sql` and `*.dump` are those of a Postgres cluster. Into a new, empty cluster of the same major version or a
        newer one, as its superuser, the roles first:

            psql -X -v ON_ERROR_STOP=1 -d postgres -f pg-globals.sql     # drop its line for a role that exists
            pg_restore -e --create -d postgres DATABASE.dump
            psql -X -d DATABASE -c ANALYZE

        `base.tar` is a copy of a Postgres cluster that was made while it ran. As the account of a server of the same major
        version, on the same kind of machine:

            mkdir -m 700 data log && tar -x -C data -f base.tar && pg_verifybackup data
            touch data/recovery.signal
            postgres -D "$PWD/data" -c restore_command="cp '$PWD/log/%f' %p" -c recovery_target_action=promote \
                -c recovery_target_timeline=current -c recovery_target=immediate

        To go on from there to a later moment, fetch into `log` the sets of POLICY-wal whose "lineage" is that of the copy,
        from the one with its "firstSegment" on to the first that was captured at that moment or later, without a gap; and say
        `-c recovery_target_time='2026-11-21 10:00:00+00'` instead of `recovery_target`.

        `*.tar` is a folder: `mkdir FOLDER && tar -x -p -C FOLDER -f OBJECT`.

        Every other object is a file as it was. "identity" and "versions" in MANIFEST.json say what it came from.

        """#
}
