import ArgumentParser
import Basics
import StackModel
import StackSpec

package struct ExplainVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what a key of a spec means, what holds without it, and where its value comes from.",
        discussion: """
            KEY is written with dots, from the top of a spec (services.api.rollout.maxSurge) or from a section of the \
            reference (rollout.maxSurge, edge.tls). Where there is a stack.yaml it also says what that one says.
            """
    )

    @Argument(help: "The key.")
    var key: String

    @OptionGroup var target: StackArgument
    @OptionGroup var format: OutputOptions

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let text = target.isAbsent ? nil : try SpecFile(argument: target.stack).read()
        let explanation = try KeyExplanation.of(key, in: text, environment: try target.chosenEnvironment())
        switch format.output {
        case .json: session.console.result(CanonicalJSON.text(explanation))
        case .table: session.console.result(Self.text(explanation))
        }
        return .done
    }

    private static func text(_ explanation: KeyExplanation) -> String {
        var lines = [explanation.key, "  \(explanation.meaning)"]
        if let takes = explanation.takes { lines.append("  takes    \(takes)") }
        if explanation.isRequired { lines.append("  default  none: it must be written") }
        if let fallback = explanation.fallback { lines.append("  default  \(fallback)") }
        let unwritten = explanation.fallback == nil ? "not written" : "not written: the default"
        if let value = explanation.value { lines.append("  here     \(words(value) ?? unwritten)") }
        lines += explanation.elsewhere.compactMap(words).map { "           \($0)" }
        if !explanation.environments.isEmpty {
            lines.append("  environments: \(explanation.environments.joined(separator: ", ")); --env chooses one")
        }
        for (section, keys) in explanation.keys.sorted(by: { $0.key < $1.key }) {
            lines.append("  keys of \(section): \(keys.joined(separator: ", "))")
        }
        return lines.joined(separator: "\n")
    }

    /// Nil for what is not written.
    private static func words(_ value: KeyExplanation.Value) -> String? {
        let place = value.location.map { " (\($0))" } ?? ""
        let text = value.text.map { "\($0), " } ?? ""
        return switch value.origin {
        case .environment: "\(text)from environment \(value.environment?.text ?? "")\(place)"
        case .spec: "\(text)for every environment\(place)"
        case .fallback: nil
        }
    }
}
