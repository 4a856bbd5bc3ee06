import StackModel

/// Images that are known to start as root, to give directories to a user of theirs and to go on as that user. A
/// container that may do none of this never gets that far, and what it says then names no key of a spec.
enum RootImage {
    /// Official ones, by the last word of their name; images called alike are as a rule made from them.
    private static let names: Set<String> = [
        "couchdb", "drupal", "ghost", "gitea", "httpd", "influxdb", "joomla", "mariadb", "matomo", "mongo", "mysql",
        "neo4j", "nextcloud", "nginx", "percona", "phpmyadmin", "postgres", "rabbitmq", "redis", "wordpress",
    ]

    /// What they do as root.
    private static let capabilities: [AppSecurity.Capability] = [
        .changeOwner, .overridePermissions, .actAsOwner, .setGroup, .setUser,
    ]

    /// Nil for any other image, for one of which the spec says what it is allowed, and where another program is started
    /// in place of the image's own.
    static func meaning(of app: App) -> String? {
        guard app.security == nil, app.command.isEmpty, let image = app.image else { return nil }
        let path = image.split(separator: "@", maxSplits: 1)[0].split(separator: "/")
        let name = path.last?.split(separator: ":", maxSplits: 1).first.map(String.init) ?? ""
        guard names.contains(name), !isMadeForUsers(path) else { return nil }
        let words = capabilities.map(\.rawValue).joined(separator: ", ")
        return "\(name) starts as root and changes its user, which no container may unless it is said:"
            + " `security: {user: 0, readOnlyRoot: false, capabilities: [\(words)]}`"
    }

    /// Namespaces and tags of variants that start as a user.
    private static func isMadeForUsers(_ path: [Substring]) -> Bool {
        path.contains { part in ["bitnami", "rootless", "unprivileged"].contains { part.contains($0) } }
    }
}
