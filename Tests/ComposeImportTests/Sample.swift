import Basics
import Foundation
import StackModel
import StackSpec
import Testing

@testable import ComposeImport

/// A Compose file as teams have them, with the spec that it becomes and all that is said of it.
struct Sample: CustomTestStringConvertible {
    let folder: String
    let file: String
    var environmentFiles: [String] = []
    var testDescription: String { folder }

    static let all = [
        Sample(folder: "counter", file: "docker-compose.yml"),
        Sample(folder: "django", file: "docker-compose.yml", environmentFiles: ["./.env.prod"]),
        Sample(folder: "blog", file: "docker-compose.yaml"),
        Sample(folder: "monitoring", file: "compose.yml"),
        Sample(folder: "shopfront", file: "compose.yaml"),
        Sample(folder: "microservices", file: "docker-compose.yml"),
        Sample(folder: "legacy", file: "docker-compose.yml"),
        Sample(folder: "workshop", file: "compose.yaml"),
    ]

    static let samples = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Samples")

    func text(_ name: String) throws -> String {
        try String(contentsOf: Self.samples.appending(path: "\(folder)/\(name)"), encoding: .utf8)
    }

    private func specText(_ name: String) throws -> SpecText {
        SpecText(file: name, bytes: Array(try text(name).utf8))
    }

    func imported() throws -> ImportedSpec {
        var files: [String: SpecText] = [:]
        for file in environmentFiles { files[file] = try specText(String(file.dropFirst(2))) }
        let input = ComposeInput(text: try specText(file), name: nil, folder: folder, environmentFiles: files)
        return try ComposeImport.translate(input)
    }

    /// The spec as `slipway validate` sees it, with every variable set that has to be.
    func loaded(_ spec: ImportedSpec) -> LoadedSpec {
        let variables = Dictionary(spec.variables.map { ($0.name, "set") }) { first, _ in first }
        return SpecLoader.load(
            SpecText(file: "stack.yaml", bytes: Array(spec.text.utf8)),
            environment: nil,
            variables: variables
        )
    }

    /// Expects the sample to have a file of exactly this text, or writes it when golden files are rewritten.
    func expectGolden(_ text: String, _ name: String) throws {
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            return try Data(text.utf8).write(to: Self.samples.appending(path: "\(folder)/\(name)"))
        }
        let expected = try? self.text(name)
        #expect(expected == text, "\(folder)/\(name) is stale: run `make golden`")
    }
}

/// Imports a text that a test holds.
func translate(_ text: String, dotEnv: String? = nil, files: [String: String] = [:]) throws -> ImportedSpec {
    let files = files.map { ($0.key, SpecText(file: $0.key, bytes: Array($0.value.utf8))) }
    return try ComposeImport.translate(
        ComposeInput(
            text: SpecText(file: "compose.yaml", bytes: Array(text.utf8)),
            name: nil,
            folder: "shop",
            dotEnv: dotEnv.map { SpecText(file: ".env", bytes: Array($0.utf8)) },
            environmentFiles: Dictionary(uniqueKeysWithValues: files)
        )
    )
}

extension ImportedSpec {
    /// What is said of the import, as a person reads it.
    var said: String {
        func lines(_ title: String, _ diagnostics: [Diagnostic]) -> String {
            diagnostics.reduce("# \(title)\n") { text, each in
                text + "\(each.location): \(each.message)\n" + (each.suggestion.map { "   help: \($0)\n" } ?? "")
            }
        }
        let variables = self.variables.map { variable in
            "\(variable.name)\(variable.isSecret ? " (secret)" : "")" + (variable.location.map { " from \($0)" } ?? "")
                + "\n"
        }
        return lines("left out", leftOut) + lines("changed", changed) + "# to set\n" + variables.joined()
    }
}
