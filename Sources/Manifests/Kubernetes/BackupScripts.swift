/// What the backup jobs run. Each stores under a name of its own, whole or not at all.
enum BackupScripts {
    static let map = ConfigurationMap(
        name: "backup-scripts",
        entries: files.map { .init(file: $0, path: String($0.path.split(separator: "/").last ?? "")) }
    )

    static let files = [
        ManifestFile("backups/scripts/config.sh", config),
        ManifestFile("backups/scripts/postgres.sh", postgres),
        ManifestFile("backups/scripts/redis.sh", redis),
        ManifestFile("backups/scripts/set.sh", set),
    ]

    /// The password stands in a file that only this process reads, never in a command.
    private static let postgres = #"""
        set -eu
        . "${0%/*}/set.sh"
        begin dump
        PGPASSFILE=$(mktemp)
        export PGPASSFILE
        printf '%s:*:*:%s:%s\n' "$HOST" "$LOGIN" "$(sed 's/[\\:]/\\&/g' "$LOGIN_FILE")" >"$PGPASSFILE"
        pg_dump --format=custom --host="$HOST" --username="$LOGIN" --no-password --dbname="$DATABASE" --file="$part"
        pg_restore --list "$part" >/dev/null
        finish

        """#

    private static let redis = #"""
        set -eu
        . "${0%/*}/set.sh"
        begin rdb
        REDISCLI_AUTH=$(cat "$LOGIN_FILE")
        export REDISCLI_AUTH
        redis-cli -h "$HOST" --user "$LOGIN" --no-auth-warning --rdb "$part"
        redis-check-rdb "$part" >/dev/null
        finish

        """#

    /// The files of a projected volume are links to where they really are, in folders that begin with two dots.
    private static let config = #"""
        set -eu
        . "${0%/*}/set.sh"
        begin tar.gz
        cd "${CONFIG:-/config}"
        tar --dereference --exclude='..*' -czf "$part" -- *
        tar -tzf "$part" >/dev/null
        finish

        """#

    private static let set = #"""
        # begin SUFFIX: names the set that is to be written, as $part until it is whole. What an earlier attempt left
        # behind is nobody's: only one job writes here.
        begin() {
            umask 077
            folder=${BACKUPS:-/backups}/$SET
            mkdir -p "$folder"
            rm -f "$folder"/*.part
            stamp=$(date -u +%Y%m%dT%H%M%SZ)
            whole=$folder/$stamp.$1
            part=$whole.part
        }

        # finish: the set is on the disk, then it has its name, then those that KEEP does not keep go.
        finish() {
            [ -s "$part" ] || { echo "nothing was written to $part" >&2; exit 1; }
            sync "$part"
            mv "$part" "$whole"
            sync "$folder"
            echo "stored $whole, $(wc -c <"$whole") bytes"
            ls -r "$folder" | outdated | while IFS= read -r name; do
                rm -f -- "$folder/$name"
                echo "removed $name"
            done
        }

        # outdated: of the names of sets, the newest first, those that no rule of KEEP keeps. A rule such as daily=7
        # keeps the newest set of each of the last seven days that have one; `within` keeps what is younger.
        outdated() {
            awk -v keep="$KEEP" -v now="$stamp" '
                # Days since the first of March of the year 0, a Wednesday.
                function days(s,   y, m) {
                    y = substr(s, 1, 4) + 0; m = substr(s, 5, 2) + 0
                    if (m <= 2) { y--; m += 12 }
                    return 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * (m - 3) + 2) / 5) + substr(s, 7, 2) - 1
                }
                function seconds(s) {
                    return days(s) * 86400 + substr(s, 10, 2) * 3600 + substr(s, 12, 2) * 60 + substr(s, 14, 2)
                }
                function period(rule, s) {
                    if (rule == "hourly") return substr(s, 1, 11)
                    if (rule == "daily") return substr(s, 1, 8)
                    if (rule == "weekly") return int((days(s) + 2) / 7)
                    if (rule == "monthly") return substr(s, 1, 6)
                    if (rule == "yearly") return substr(s, 1, 4)
                    return s
                }
                BEGIN {
                    count = split(keep, rules, " ")
                    for (i = 1; i <= count; i++) { split(rules[i], parts, "="); limit[parts[1]] = parts[2] }
                }
                $0 !~ /^[0-9]+T[0-9]+Z\./ || /\.part$/ { next }
                {
                    kept = newest == ""
                    newest = "seen"
                    for (rule in limit) {
                        if (rule == "within") {
                            if (seconds(now) - seconds($0) <= limit[rule]) kept = 1
                        } else if (used[rule] < limit[rule] && period(rule, $0) "" != last[rule]) {
                            used[rule]++
                            last[rule] = period(rule, $0) ""
                            kept = 1
                        }
                    }
                    if (!kept) print
                }
            '
        }

        """#
}
