import Basics

/// The user that the engine itself is to a Redis, as its template made it.
enum RedisAdministrator {
    static let user = "slipway"
    /// The rendered file that holds the password.
    static let file = "admin.secret"

    /// nil where a template brings none.
    static func password(in folder: ReplicaFolder) -> Redacted<String>? {
        Disk.text("\(folder.work)/\(file)").map { Redacted($0) }
    }
}
