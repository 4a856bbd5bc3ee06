import Basics
import StackModel

/// Turns the text of a spec into a stack: everything defaulted, everything checked. Pure: it reads no file and no clock.
package enum SpecLoader {
    /// Loads the stack that the text declares for one environment.
    ///
    /// - Parameters:
    ///   - environment: `nil` takes the only one; with several it is an error that lists them.
    ///   - variables: what `${NAME}` means: the caller's environment merged over `.env` by the caller.
    ///   - engine: takes the place of the environment's own, for those who want to see the stack on another.
    ///   - isStrict: what the environment's engine does not act on is an error, not a warning.
    /// - Returns: the stack or every error there is, and the warnings.
    package static func load(
        _ text: SpecText,
        environment: EnvironmentName?,
        variables: [String: String],
        engine: EngineKind? = nil,
        isStrict: Bool = false
    ) -> LoadedSpec {
        let findings = Findings(file: text.file, isStrict: isStrict)
        let root = merged(text, for: environment, findings: findings)
        let reading = Reading(findings: findings, variables: variables)
        var stack: Stack?
        if let root { stack = self.stack(in: root.node, for: root.environment, engine, reading) }
        return LoadedSpec(
            stack: findings.hasErrors ? nil : stack,
            judged: findings.hasMistakes ? nil : stack,
            diagnostics: findings.inFileOrder(),
            root: root?.node,
            text: text,
            isStrict: isStrict,
            variables: OpenVariables.uses(in: reading.mentions)
        )
    }

    /// The environments that the text names, in its order; `local` when it names none. Empty when it cannot be parsed.
    package static func environments(in text: SpecText) -> [EnvironmentName] {
        let findings = Findings(file: text.file)
        guard let root = Composer.compose(text, findings: findings) else { return [] }
        return EnvironmentChoice(root: root).names.compactMap { EnvironmentName($0) }
    }

    /// The spec with its environment laid over it.
    private static func merged(
        _ text: SpecText,
        for environment: EnvironmentName?,
        findings: Findings
    ) -> (node: SpecNode, environment: EnvironmentName)? {
        guard let root = Composer.compose(text, findings: findings) else { return nil }
        let choice = EnvironmentChoice(root: root)
        guard let name = choice.name(asked: environment, findings: findings) else { return nil }
        findings.settle()
        return (choice.merged(for: name, findings: findings), name)
    }

    private static func stack(
        in root: SpecNode,
        for environment: EnvironmentName,
        _ engine: EngineKind?,
        _ reading: Reading
    ) -> Stack? {
        let findings = reading.findings
        let reader = StackReader(root: root, environment: environment, engine: engine, reading: reading)
        guard let stack = reader.read() else { return nil }
        findings.settle()
        StackChecks(stack: stack, root: root, mentions: reading.mentions, findings: findings).run()
        return stack
    }
}
