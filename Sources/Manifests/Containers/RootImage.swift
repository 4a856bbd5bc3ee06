import StackModel

/// Images that are known to start as root, to give directories to a user of theirs and to go on as that user. A
/// container that may do none of this never gets that far, and what it says then names no key of a spec.
package enum RootImage {
    /// Official ones, by the last word of their name; images called alike are as a rule made from them.
    private static let names: Set<String> = [
        "couchdb", "drupal", "ghost", "gitea", "httpd", "influxdb", "joomla", "mariadb", "matomo", "mongo", "mysql",
        "neo4j", "nextcloud", "nginx", "percona", "phpmyadmin", "postgres", "rabbitmq", "redis", "wordpress",
    ]

    /// Ones that start as a user and write into their own directories.
    private static let writers: Set<String> = ["elasticsearch", "kibana", "logstash", "opensearch"]

    /// What they do as root.
    private static let capabilities: [AppSecurity.Capability] = [
        .changeOwner, .overridePermissions, .actAsOwner, .setGroup, .setUser,
    ]

    /// What the container of such an image has to be allowed; nil for any other image.
    package static func security(of image: String) -> AppSecurity? {
        if isWriter(image) { return AppSecurity(readOnlyRoot: false) }
        guard name(of: image) != nil else { return nil }
        return AppSecurity(user: 0, readOnlyRoot: false, capabilities: capabilities)
    }

    private static func isWriter(_ image: String) -> Bool { writers.contains(words(of: image).name) }

    private static func words(of image: String) -> (path: [Substring], name: String) {
        let path = (image.split(separator: "@", maxSplits: 1).first ?? "").split(separator: "/")
        return (path, path.last?.split(separator: ":", maxSplits: 1).first.map(String.init) ?? "")
    }

    private static func name(of image: String) -> String? {
        let (path, name) = words(of: image)
        return names.contains(name) && !isMadeForUsers(path) ? name : nil
    }

    /// Nil for any other image, for one of which the spec says what it is allowed, and where another program is started
    /// in place of the image's own.
    static func meaning(of app: App) -> String? {
        guard app.security == nil, startsItself(app), let image = app.image else { return nil }
        if isWriter(image) {
            return "it writes into its own directories, which no container may unless it is said:"
                + " `security: {readOnlyRoot: false}`"
        }
        guard let name = name(of: image) else { return nil }
        let words = capabilities.map(\.rawValue).joined(separator: ", ")
        return "\(name) starts as root and changes its user, which no container may unless it is said:"
            + " `security: {user: 0, readOnlyRoot: false, capabilities: [\(words)]}`"
    }

    static let remedy = "Write `security`: what the program needs, or `{}` where it needs nothing of it."

    /// What images call the program that begins as root.
    private static let entryPoints: Set<String> = ["docker-entrypoint.sh", "entrypoint.sh", "entrypoint", "init"]

    private static let shells: Set<String> = ["sh", "bash", "ash", "dash"]

    /// A command that begins with the image's entry point starts what the image would, also out of a shell.
    private static func startsItself(_ app: App) -> Bool {
        guard let program = app.command.first else { return true }
        if isIn(entryPoints, program) { return true }
        guard isIn(shells, program), app.command.count > 2 else { return false }
        return app.command.dropFirst().flatMap(words).contains { isIn(entryPoints, Template(String($0))) }
    }

    private static func isIn(_ names: Set<String>, _ program: Template) -> Bool {
        guard case .literal(let path)? = program.segments.first, program.segments.count == 1 else { return false }
        return path.split(separator: "/").last.map { names.contains(String($0)) } ?? false
    }

    private static func words(of argument: Template) -> [Substring] {
        argument.segments.flatMap { segment -> [Substring] in
            guard case .literal(let text) = segment else { return [] }
            return text.split { $0.isWhitespace || ";&|".contains($0) }
        }
    }

    /// Namespaces and tags of variants that start as a user.
    private static func isMadeForUsers(_ path: [Substring]) -> Bool {
        path.contains { part in ["bitnami", "rootless", "unprivileged"].contains { part.contains($0) } }
    }
}
