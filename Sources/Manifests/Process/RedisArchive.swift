import StackModel

/// What a Redis needs whose log is backed up: seconds are named in its append-only file, and a rewrite keeps the files
/// before it, from where a backup takes them.
enum RedisArchive {
    static let settings: [Template] = ["aof-timestamp-enabled yes", "aof-disable-auto-gc yes"]
}
