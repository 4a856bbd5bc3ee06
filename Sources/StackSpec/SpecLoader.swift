import Basics
import StackModel

/// Turns the text of a spec into a stack: everything defaulted, everything checked. Pure: it reads no file and no clock.
package enum SpecLoader {
    /// Loads the stack that the text declares for one environment.
    ///
    /// - Parameters:
    ///   - environment: `nil` takes the only one; with several it is an error that lists them.
    ///   - variables: what `${NAME}` means: the caller's environment merged over `.env` by the caller.
    ///   - isStrict: what the environment's engine does not act on is an error, not a warning.
    /// - Returns: the stack or every error there is, and the warnings.
    package static func load(
        _ text: SpecText,
        environment: EnvironmentName?,
        variables: [String: String],
        isStrict: Bool = false
    ) -> LoadedSpec {
        let findings = Findings(file: text.file, isStrict: isStrict)
        let stack = stack(in: text, for: environment, variables: variables, findings: findings)
        let diagnostics = findings.inFileOrder()
        return LoadedSpec(stack: findings.hasErrors ? nil : stack, diagnostics: diagnostics)
    }

    /// The environments that the text names, in its order; `local` when it names none. Empty when it cannot be parsed.
    package static func environments(in text: SpecText) -> [EnvironmentName] {
        let findings = Findings(file: text.file)
        guard let root = Composer.compose(text, findings: findings) else { return [] }
        return EnvironmentChoice(root: root).names.compactMap { EnvironmentName($0) }
    }

    private static func stack(
        in text: SpecText,
        for environment: EnvironmentName?,
        variables: [String: String],
        findings: Findings
    ) -> Stack? {
        guard let root = Composer.compose(text, findings: findings) else { return nil }
        let choice = EnvironmentChoice(root: root)
        guard let name = choice.name(asked: environment, findings: findings) else { return nil }
        findings.settle()
        let reading = Reading(findings: findings, variables: variables)
        let merged = choice.merged(for: name, findings: findings)
        guard let stack = StackReader(root: merged, environment: name, reading: reading).read() else { return nil }
        findings.settle()
        StackChecks(stack: stack, root: merged, mentions: reading.mentions, findings: findings).run()
        return stack
    }
}
