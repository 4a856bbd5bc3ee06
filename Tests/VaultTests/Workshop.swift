import Basics
import Foundation
import Glibc
import HostAccess
import Interfaces

/// A folder for one test, and the programs it runs there.
struct Workshop: Sendable {
    let path = "/tmp/vault-\(UUID().uuidString.prefix(8))"

    init() throws {
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func run(_ program: String, _ arguments: [String]) async throws(ReportableError) -> CommandResult {
        try await LiveCommandRunner().run(
            // No slipway is on this path.
            CommandLine(
                program,
                arguments,
                environment: ["PATH": Redacted("/usr/bin:/bin:/usr/sbin:/sbin")],
                directory: path
            )
        )
    }

    func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
        chmod("\(path)/\(name)", 0o600)
    }

    func read(_ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: "\(path)/\(name)").map { Array($0) }
    }

    func names(_ folder: String = ".") -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")) ?? []).sorted()
    }
}
