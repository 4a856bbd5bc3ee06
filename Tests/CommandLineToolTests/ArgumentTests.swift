import ArgumentParser
import Testing

@testable import CommandLineTool

@Suite("The grammar of the command line")
struct ArgumentTests {
    @Test(
        "verb, stack, options",
        arguments: [
            ["deploy", "stacks/shop", "--env", "local", "--yes"],
            ["deploy", "--plan", "plan.json"],
            ["plan", ".", "--exit-code", "--out", "plan.json", "--output", "json"],
            ["rollback", "stacks/shop", "--to", "3", "--dry-run"],
            ["logs", "shop", "--service", "api-1", "--follow", "--since", "10m", "--tail", "5", "--grep", "error"],
            ["exec", "shop", "--replica", "api-1", "--", "env", "-0"],
            ["scale", "shop", "--replicas", "api=3", "--progress", "json"],
            ["down", "--destroy-data", "shop/local"], ["down", "--dry-run", "--output", "json"],
            ["history", "--limit", "3"], ["history", "shop", "--operation", "3"], ["history", "--releases"],
            ["history", "--verify"],
            ["status", "--exit-code"], ["validate", "--output", "json"], ["version", "--output", "json"],
        ]
    )
    func accepted(arguments: [String]) throws {
        #expect(try SlipwayCommand.parseAsRoot(arguments) is any Verb)
    }

    @Test(
        "what makes no sense is refused",
        arguments: [
            ["launch"], ["deploy", "--nope"], ["status", "--output", "xml"], ["rollback", "--to", "three"], ["scale"],
            ["deploy", "--output", "json"], ["history", "--limit", "0"],
        ]
    )
    func refused(arguments: [String]) {
        #expect(throws: (any Error).self) { try SlipwayCommand.parseAsRoot(arguments) }
    }

    @Test("an option is suggested when it can have been meant")
    func suggestions() {
        func said(_ option: String) -> String {
            do {
                _ = try SlipwayCommand.parseAsRoot(["status", option])
                return ""
            } catch {
                return OptionSuggestion.checked(SlipwayCommand.fullMessage(for: error))
            }
        }
        #expect(said("--foo").contains("Unknown option '--foo'.\n"), "\(said("--foo"))")
        #expect(said("--outptu").contains("Did you mean '--output'?"), "\(said("--outptu"))")
    }
}
