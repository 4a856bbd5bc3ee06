import Foundation
import Glibc

/// A program that a test started, and ends by its process id.
final class TestProgram: @unchecked Sendable {  // Process is not Sendable; it is only signalled after the start
    private let process = Process()
    private let log: String

    /// Output goes to a file, so that a full pipe never blocks it.
    init(_ program: String, _ arguments: [String], log: String = "/dev/null") throws {
        self.log = log
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let output = try FileHandle(forWritingTo: URL(filePath: log))
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    var processID: Int { Int(process.processIdentifier) }
    var output: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    func interrupt() {
        Glibc.kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
    }

    func kill() {
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    func waitUntilExit() { process.waitUntilExit() }

    struct NeverHappened: Error {}

    /// Polls until something is so, at most ten seconds.
    static func wait(until condition: () throws -> Bool) throws {
        for _ in 0..<1000 {
            if try condition() { return }
            usleep(10_000)
        }
        throw NeverHappened()
    }
}
