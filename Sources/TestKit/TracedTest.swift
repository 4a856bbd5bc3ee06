import Foundation
import Glibc

/// A test that is run once more in a process of its own, so that one can see what it asks of the kernel.
package enum TracedTest {
    private static let variable = "SLIPWAY_TRACED_TEST"
    private static let strace = "/usr/bin/strace"

    package static var isPossible: Bool { folder == nil && access(strace, X_OK) == 0 }

    /// The folder that the traced test works in; nil where nobody traces.
    package static var folder: String? { ProcessInfo.processInfo.environment[variable] }

    /// The calls of these names, comma between them, in the order in which they began. Descriptors are followed by their
    /// paths: `fsync(7</tmp/x>)`. Throws when the test fails.
    package static func calls(_ names: String, of test: String, in folder: String) throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: strace)
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        process.arguments = [
            "-f", "-qq", "-y", "-e", "trace=\(names)", "-e", "signal=none", "-o", "\(folder)/trace", program,
            "--testing-library", "swift-testing", "--filter", test,
        ]
        process.environment = ProcessInfo.processInfo.environment.merging([variable: folder]) { $1 }
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(test: test, status: process.terminationStatus) }
        let trace = try String(contentsOfFile: "\(folder)/trace", encoding: .utf8)
        return trace.split(separator: "\n").map(String.init).filter { !$0.contains(" resumed>") }
    }

    private struct Failed: Error {
        let test: String
        let status: Int32
    }
}
