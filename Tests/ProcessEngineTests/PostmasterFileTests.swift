import Basics
import FoundationEssentials
import Glibc
import HostAccess
import Interfaces
import Testing

@testable import ProcessEngine

/// When the lock file of a dead Postgres may go.
@Suite struct PostmasterFileTests {
    @Test("it goes when nobody works in the data directory, whosoever has its number now")
    func stale() async throws {
        try await Self.withCluster { cluster in
            try PostmasterFile(cluster: cluster).removeIfStale()
            #expect(!Disk.exists("\(cluster)/postmaster.pid"))
            // Once more, with none there.
            try PostmasterFile(cluster: cluster).removeIfStale()
        }
    }

    @Test("it stays while a process works in the data directory")
    func inUse() async throws {
        try await Self.withCluster { cluster in
            let worker = Task {
                try await LiveCommandRunner().run(
                    CommandLine("sleep", ["60"], directory: cluster, timeout: .seconds(60))
                )
            }
            defer { worker.cancel() }
            try await eventually("a worker") {
                ProcessTable().entries.contains { entry in
                    let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(entry.id)/cwd")
                    return place == cluster
                }
            }
            try PostmasterFile(cluster: cluster).removeIfStale()
            #expect(Disk.exists("\(cluster)/postmaster.pid"))
        }
    }

    /// A directory with a lock file that names us: a process that is alive.
    private static func withCluster(_ body: (String) async throws -> Void) async throws {
        var name = Array("/tmp/slipway-cluster-XXXXXX".utf8CString)
        try #require(mkdtemp(&name) != nil)
        let cluster = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { try? Disk.remove(tree: cluster) }
        try Disk.write("\(getpid())\n\(cluster)\n".utf8, to: "\(cluster)/postmaster.pid")
        try await body(cluster)
    }
}
