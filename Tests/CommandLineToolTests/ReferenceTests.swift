import ArgumentParser
import Foundation
import Testing

@testable import CommandLineTool

@Suite("The reference of the command line")
struct ReferenceTests {
    @Test("docs/reference/cli.md is current")
    func current() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/reference/cli.md")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            return try Data(CommandReference.markdown().utf8).write(to: file)
        }
        let text = try? String(contentsOf: file, encoding: .utf8)
        #expect(text == CommandReference.markdown(), "docs/reference/cli.md is stale: run `make golden`")
    }

    @Test("every verb, exit code and variable is in it")
    func complete() {
        let text = CommandReference.markdown()
        for verb in SlipwayCommand.configuration.subcommands {
            #expect(text.contains("## slipway \(verb.configuration.commandName ?? "?")\n"))
        }
        for status in ExitStatus.own { #expect(text.contains("| \(status.rawValue) | \(status.word) |")) }
        #expect(text.contains("| `SLIPWAY_HOME` |"))
    }
}
