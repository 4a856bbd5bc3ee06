import Foundation
import Testing

/// Texts that a person has read and found good, kept beside the tests. `UPDATE_GOLDEN=1` writes them anew.
enum Golden {
    static func expect(
        _ text: String,
        matches name: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Golden").appending(path: "\(name).txt")
        let actual = text + "\n"
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data(actual.utf8).write(to: file, options: .atomic)
        }
        guard let expected = try? String(contentsOf: file, encoding: .utf8) else {
            Issue.record("there is no golden text \(name); UPDATE_GOLDEN=1 writes it", sourceLocation: sourceLocation)
            return
        }
        #expect(actual == expected, "\(name) has changed", sourceLocation: sourceLocation)
    }
}
