import Foundation
import Testing

/// The files of the project that the tests compare with.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static var rewritesGoldenFiles: Bool { ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" }

    static func text(_ path: String) -> String? {
        try? String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appending(path: path)))
    }

    static func folders(_ path: String) throws -> [String] {
        let manager = FileManager.default
        return try manager.contentsOfDirectory(atPath: root.appending(path: path).path)
            .filter { manager.fileExists(atPath: root.appending(path: "\(path)/\($0)/stack.yaml").path) }.sorted()
    }

    /// Expects a file of the project to hold exactly this text, or writes it when golden files are rewritten.
    static func expectGolden(_ text: String, at path: String) throws {
        if rewritesGoldenFiles {
            let file = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            return try Data(text.utf8).write(to: file)
        }
        let expected = Repository.text(path)
        #expect(expected == text, "\(path) is \(expected == nil ? "missing" : "stale"): run `make golden`")
    }
}
