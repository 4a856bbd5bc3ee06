import Basics
import Foundation
import StackModel
import Testing

/// A template with every reference filled in, written into a directory as an engine would.
struct RenderedReplica {
    let directory: String
    let volume: String
    let port: Int
    private let template: ReplicaTemplate

    init(_ template: ReplicaTemplate, port: Int = 0) throws {
        self.template = template
        self.port = port
        // Under /tmp with a short name, as a socket's path must be.
        directory = "/tmp/manifest-\(UUID().uuidString.prefix(8))"
        volume = "\(directory)/volume"
        try FileManager.default.createDirectory(atPath: volume, withIntermediateDirectories: true)
        for file in template.files {
            let path = "\(directory)/\(file.path)"
            let folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try text(file.content).write(toFile: path, atomically: true, encoding: .utf8)
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }

    var command: [String] { template.command.map(text) }

    func file(_ path: String) throws -> String { try String(contentsOfFile: "\(directory)/\(path)", encoding: .utf8) }

    /// The value of the test's secrets is `<name>-value`, their user is `<name>-user`.
    private func text(_ content: Template) -> String {
        content.resolved { segment in
            switch segment {
            case .literal(let text): text
            case .port: "\(port)"
            case .host: "127.0.0.1"
            case .directory: directory
            case .volume: volume
            case .mount(let name): "\(volume)/\(name)"
            case .targets: "\(directory)/targets"
            case .service(let name, .hostAndPort): "\(name).test:1"
            case .service(let name, .host): "\(name).test"
            case .service(_, .port): "1"
            case .secret(let name, .value): "\(name)-value"
            case .secret(let name, .user): "\(name)-user"
            case .secret(let name, .sha256): Digest(of: "\(name)-value").hex
            }
        }
    }
}

/// Runs a program to its end.
func run(
    _ words: [String],
    environment: [String: String] = [:]
) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}

/// Starts a program and lets a test use it; it is killed by its id afterwards.
func withProgram(_ words: [String], _ body: () throws -> Void) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    defer {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
    try body()
}

struct NeverHappened: Error {}

/// Polls until something is so, at most twenty seconds.
func wait(until condition: () throws -> Bool) throws {
    for _ in 0..<400 {
        if try condition() { return }
        usleep(50_000)
    }
    throw NeverHappened()
}
