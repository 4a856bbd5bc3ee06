import Foundation
import Glibc
import Testing

/// A folder of its own for a test, gone with the test.
final class Scratch {
    let path: String

    init() throws {
        path =
            "\(FileManager.default.temporaryDirectory.path)/slipway-vault-\(getpid())-\(UInt64.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func folder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
        return "\(path)/\(name)"
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
    }

    func read(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(filePath: "\(path)/\(name)")))
    }

    /// Everything below, as one line for each name: kind, mode, owner, target, time; and the digests.
    func listing(_ name: String) throws -> String {
        try run(
            "/bin/sh",
            "-ec",
            "cd '\(path)/\(name)'; find . -printf '%P %y %m %U %G %l %Ts\\n' | sort; find . -type f -print0 | sort -z | xargs -0r sha256sum"
        )
    }

    /// Runs a program in the folder; fails when it does.
    @discardableResult func run(_ program: String, _ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: path)
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) \(arguments): \(text)")
        return text
    }
}
