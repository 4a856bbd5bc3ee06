import ArgumentParser
import Foundation
import Testing

@testable import CommandLineTool

@Suite("What alerts and runbooks have a person type")
struct AdviceTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The arguments of each command that begins with `opening` and ends with `closing`.
    private static func commands(in text: String, _ opening: String, _ closing: Character) -> [[String]] {
        text.components(separatedBy: "\(opening)slipway ").dropFirst().map { rest in
            rest.prefix { $0 != closing }.split(whereSeparator: \.isWhitespace).map(String.init)
        }
    }

    @Test func `is understood, in the annotations of alerts`() throws {
        let manifests = Self.root.appending(path: "manifests")
        var count = 0
        for stack in try FileManager.default.contentsOfDirectory(atPath: manifests.path) {
            let rules = manifests.appending(path: "\(stack)/process/prometheus/rules")
            for file in (try? FileManager.default.contentsOfDirectory(atPath: rules.path)) ?? [] {
                let text = try String(contentsOf: rules.appending(path: file), encoding: .utf8)
                for arguments in Self.commands(in: text, " command: \"", "\"") {
                    #expect(throws: Never.self, "\(arguments)") { try SlipwayCommand.parseAsRoot(arguments) }
                    count += 1
                }
            }
        }
        #expect(count > 20)
    }

    @Test func `is understood, in the runbook`() throws {
        let runbook = Self.root.appending(path: "docs/runbooks/alerts.md")
        let commands = Self.commands(in: try String(contentsOf: runbook, encoding: .utf8), "`", "`")
        #expect(commands.count > 20)
        // A verb alone is spoken of.
        for arguments in commands where arguments.count > 1 {
            #expect(throws: Never.self, "\(arguments)") { try SlipwayCommand.parseAsRoot(arguments) }
            // These take no stack's name.
            if ["deploy", "plan", "validate"].contains(arguments[0]) { #expect(arguments[1] == "FOLDER") }
        }
    }
}
