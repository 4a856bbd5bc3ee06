import StackModel

/// Images that are known to start as root, to give directories to a user of theirs and to go on as that user. A
/// container that may do none of this never gets that far, and what it says then names no key of a spec.
package enum RootImage {
    /// Official ones, by the last word of their name; images called alike are as a rule made from them.
    private static let names: Set<String> = [
        "couchdb", "drupal", "ghost", "gitea", "httpd", "influxdb", "joomla", "mariadb", "matomo", "mongo", "mysql",
        "neo4j", "nextcloud", "nginx", "percona", "phpmyadmin", "postgres", "rabbitmq", "redis", "wordpress",
    ]

    /// What they do as root.
    private static let capabilities: [AppSecurity.Capability] = [
        .changeOwner, .overridePermissions, .actAsOwner, .setGroup, .setUser,
    ]

    /// What the container of such an image has to be allowed; nil for any other image.
    package static func security(of image: String) -> AppSecurity? {
        guard name(of: image) != nil else { return nil }
        return AppSecurity(user: 0, readOnlyRoot: false, capabilities: capabilities)
    }

    private static func name(of image: String) -> String? {
        let path = (image.split(separator: "@", maxSplits: 1).first ?? "").split(separator: "/")
        let name = path.last?.split(separator: ":", maxSplits: 1).first.map(String.init) ?? ""
        return names.contains(name) && !isMadeForUsers(path) ? name : nil
    }

    /// Nil for any other image, for one of which the spec says what it is allowed, and where another program is started
    /// in place of the image's own.
    static func meaning(of app: App) -> String? {
        guard app.security == nil, startsItself(app), let image = app.image, let name = name(of: image) else {
            return nil
        }
        let words = capabilities.map(\.rawValue).joined(separator: ", ")
        return "\(name) starts as root and changes its user, which no container may unless it is said:"
            + " `security: {user: 0, readOnlyRoot: false, capabilities: [\(words)]}`"
    }

    /// What images call the program that begins as root.
    private static let entryPoints: Set<String> = ["docker-entrypoint.sh", "entrypoint.sh", "entrypoint", "init"]

    /// A command that begins with the image's entry point starts what the image would.
    private static func startsItself(_ app: App) -> Bool {
        guard let program = app.command.first else { return true }
        guard case .literal(let path)? = program.segments.first, program.segments.count == 1 else { return false }
        return path.split(separator: "/").last.map { entryPoints.contains(String($0)) } ?? false
    }

    /// Namespaces and tags of variants that start as a user.
    private static func isMadeForUsers(_ path: [Substring]) -> Bool {
        path.contains { part in ["bitnami", "rootless", "unprivileged"].contains { part.contains($0) } }
    }
}
