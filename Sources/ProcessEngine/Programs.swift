import Basics
import Glibc
import StackModel

/// Where programs are found on this machine: never by the caller's PATH, so that a plan means the same for everyone.
enum Programs {
    static let searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    /// The path of a replica's program; of the declared version where several are installed. Throws `programMissing` naming the Debian package where it is known.
    static func locate(
        _ program: String,
        for service: ServiceName,
        source: String?,
        volume: String,
        postgres version: String? = nil
    ) throws(ReportableError) -> String {
        if let source, let path = inSource(program, source) { return path }
        if program.hasPrefix("/") {
            if isExecutable(program) { return program }
        } else if !program.contains("/") {
            let directories = searchPath + postgresDirectories(volume: "\(volume)/data", version)
            let found = directories.lazy.map { "\($0)/\(program)" }.first { isExecutable($0) }
            if let found { return found }
        }
        throw missing(program, for: service, source: source)
    }

    /// The path of a program that the engine itself drives.
    static func locate(
        _ program: String,
        volume: String = "",
        postgres version: String? = nil
    ) throws(ReportableError) -> String {
        let found = (searchPath + postgresDirectories(volume: volume, version)).lazy
            .map { "\($0)/\(program)" }.first { isExecutable($0) }
        guard let found else { throw missing(program, for: nil, source: nil) }
        return found
    }

    private static func inSource(_ program: String, _ source: String) -> String? {
        guard !program.hasPrefix("/") else { return nil }
        let path = "\(source)/\(program)"
        return isExecutable(path) ? path : nil
    }

    private static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    /// Debian keeps each major version apart. A cluster runs with the version that made it, a new one with the declared
    /// one, or else the newest.
    private static func postgresDirectories(volume: String, _ declared: String?) -> [String] {
        let versions = Disk.list("/usr/lib/postgresql").compactMap { Int($0) }.sorted(by: >)
        let made = Disk.text("\(volume)/PG_VERSION").flatMap { Int($0.filter(\.isNumber)) }
        let wanted = declared.flatMap { Int($0.prefix(while: \.isNumber)) }.flatMap { versions.contains($0) ? $0 : nil }
        return ((made ?? wanted).map { [$0] } ?? versions).map { "/usr/lib/postgresql/\($0)/bin" }
    }

    private static func missing(_ program: String, for service: ServiceName?, source: String?) -> ReportableError {
        let whose = service.map { "the program \(program) of \($0)" } ?? "the program \(program)"
        if let source, !program.hasPrefix("/"), program.contains("/") {
            return missingInSource("\(source)/\(program)", whose)
        }
        let place = source == nil ? "is not installed" : "is neither in its source nor installed"
        let name = program.split(separator: "/").last.map(String.init) ?? program
        let hint =
            packages[name].map { "Install it with `apt-get install \($0)`." }
            ?? "Install it, or correct the command of the service."
        return ReportableError(.programMissing, "\(whose) \(place)", hint: hint)
    }

    private static func missingInSource(_ path: String, _ whose: String) -> ReportableError {
        guard !Disk.exists(path) else {
            return ReportableError(
                .programMissing,
                "\(whose) is in its source, but not as an executable file",
                hint: "Make it executable with `chmod +x` in the source folder."
            )
        }
        return ReportableError(
            .programMissing,
            "\(whose) is not in its source",
            hint: "Add it to the source folder, or correct the command of the service."
        )
    }

    private static let packages = [
        "redis-server": "redis-server", "redis-cli": "redis-tools", "postgres": "postgresql", "initdb": "postgresql",
        "psql": "postgresql-client", "prometheus": "prometheus", "promtool": "prometheus", "haproxy": "haproxy",
        "grafana-server": "grafana",
        "prometheus-redis-exporter": "prometheus-redis-exporter", "prometheus-alertmanager": "prometheus-alertmanager",
        "prometheus-postgres-exporter": "prometheus-postgres-exporter",
        "grafana": "grafana", "s6-supervise": "s6", "s6-svc": "s6", "s6-log": "s6", "execlineb": "execline",
        "setpriv": "util-linux", "setsid": "util-linux", "python3": "python3", "uvicorn": "uvicorn", "node": "nodejs",
    ]
}
