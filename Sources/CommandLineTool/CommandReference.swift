import ArgumentParser

/// docs/reference/cli.md, written from the code.
package enum CommandReference {
    private static let width = 100

    package static func markdown() -> String {
        ([
            "# The command line",
            "Written from the code by `make golden`; what `slipway help VERB` prints.",
        ] + [verbs, exitCodes, variables]).joined(separator: "\n\n") + "\n"
    }

    private static var verbs: String {
        SlipwayCommand.configuration.subcommands.map { verb in
            let help = SlipwayCommand.helpMessage(for: verb, columns: width)
            return "## slipway \(verb.configuration.commandName ?? "")\n\n```\n\(trimmed(help))\n```"
        }.joined(separator: "\n\n")
    }

    private static var exitCodes: String {
        let rows = ExitStatus.own.map { "| \($0.rawValue) | \($0.word) | \($0.meaning) |" }
        return (["## Exit codes\n", "| code | word | meaning |", "|---|---|---|"] + rows).joined(separator: "\n")
    }

    private static var variables: String {
        let rows = EnvironmentVariables.all.map { each in
            "| \(each.name.contains(" ") ? each.name : "`\(each.name)`") | \(each.meaning) |"
        }
        return (["## Environment variables\n", "| name | meaning |", "|---|---|"] + rows).joined(separator: "\n")
    }

    private static func trimmed(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var line = line
            while line.last == " " { line.removeLast() }
            return String(line)
        }.joined(separator: "\n").trimmingEnd
    }
}

extension String {
    fileprivate var trimmingEnd: String {
        var text = self
        while text.last == "\n" { text.removeLast() }
        return text
    }
}
