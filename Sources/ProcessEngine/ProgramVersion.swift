import Basics
import Interfaces
import StackModel

/// Whether the server that would run is of the version the spec asks for: `7` is any 7, `7.0` any 7.0.
struct ProgramVersion: Sendable {
    let engine: ProcessEngine
    let stack: StackFolder
    let template: ReplicaTemplate

    /// Nothing to do where the spec leaves the version open. Throws `programMissing` when it is another one.
    func check() async throws(ReportableError) {
        guard let wanted = template.version, let program = Self.programs[template.kind] else { return }
        let volume = stack.volume(template.service)
        let path = try Programs.locate(
            program,
            for: template.service,
            source: nil,
            volume: volume,
            postgres: template.postgresVersion
        )
        let result = try await engine.runner.run(CommandLine(path, ["--version"], timeout: .seconds(10)))
        guard let found = Self.version(in: result.output), !Self.fits(found, wanted) else { return }
        let isBound = Disk.exists("\(volume)/data/PG_VERSION")
        throw ReportableError(
            .programMissing,
            "\(template.service) asks for \(template.kind) \(wanted), and "
                + (isBound ? "its data belongs to \(found)" : "this machine has \(found)"),
            hint: isBound
                ? "Declare the version of the data, or move it with pg_dump into a service of the new version."
                : "Install \(template.kind) \(wanted), or declare `version: \"\(Self.short(found))\"`."
        )
    }

    private static let programs = ["redis": "redis-server", "postgres": "postgres"]

    /// The first number in `Redis server v=7.0.15 sha=...` or `postgres (PostgreSQL) 15.8 (Debian 15.8-0)`.
    static func version(in text: String) -> String? {
        text.split { !$0.isASCII || !($0.isNumber || $0 == ".") }.map(String.init)
            .first { $0.first?.isNumber == true && $0.contains(".") }
    }

    static func fits(_ found: String, _ wanted: String) -> Bool {
        found.split(separator: ".").starts(with: wanted.split(separator: "."))
    }

    private static func short(_ version: String) -> String {
        version.split(separator: ".").prefix(1).joined()
    }
}

extension ReplicaTemplate {
    /// Which of several installed Postgres servers is meant.
    var postgresVersion: String? { kind == "postgres" ? version : nil }
}
