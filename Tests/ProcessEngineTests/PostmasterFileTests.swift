import Basics
import Glibc
import Testing

@testable import ProcessEngine

/// When the lock file of a dead Postgres may go.
@Suite struct PostmasterFileTests {
    @Test("it goes when nobody works in the data directory, whosoever has its number now")
    func stale() throws {
        try Self.withCluster { cluster in
            try PostmasterFile(cluster: cluster).removeIfStale()
            #expect(!Disk.exists("\(cluster)/postmaster.pid"))
            // Once more, with none there.
            try PostmasterFile(cluster: cluster).removeIfStale()
        }
    }

    @Test("it stays while a process works in the data directory")
    func inUse() throws {
        try Self.withCluster { cluster in
            let worker = try Self.sleeper(in: cluster)
            defer {
                kill(worker, SIGKILL)
                waitpid(worker, nil, 0)
            }
            try PostmasterFile(cluster: cluster).removeIfStale()
            #expect(Disk.exists("\(cluster)/postmaster.pid"))
        }
    }

    /// A directory with a lock file that names us: a process that is alive.
    private static func withCluster(_ body: (String) throws -> Void) throws {
        var name = Array("/tmp/slipway-cluster-XXXXXX".utf8CString)
        try #require(mkdtemp(&name) != nil)
        let cluster = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { try? Disk.remove(tree: cluster) }
        try Disk.write("\(getpid())\n\(cluster)\n".utf8, to: "\(cluster)/postmaster.pid")
        try body(cluster)
    }

    /// A process that works in the directory; `env` becomes `sleep` once it is there.
    private static func sleeper(in directory: String) throws -> pid_t {
        let words = ["env", "--chdir=\(directory)", "sleep", "60"]
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        try #require(posix_spawn(&process, "/usr/bin/env", nil, nil, arguments, nil) == 0)
        for _ in 0..<200 where Disk.text("/proc/\(process)/comm") != "sleep\n" { usleep(10_000) }
        return process
    }
}
