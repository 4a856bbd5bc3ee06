import Basics
import Orchestration
import StackModel
import StackSpec

/// A spec file that was read, with the variables its `${NAME}` references mean.
struct SpecSource {
    let file: SpecFile
    let text: SpecText
    let variables: [String: String]

    /// Throws `invalidSpec` with everything that is wrong; warnings go to the console.
    func load(_ environment: EnvironmentName?, _ options: SpecOptions, _ warnings: Warnings, console: Console)
        throws(ReportableError) -> DeclaredStack
    {
        let loaded = SpecLoader.load(
            text,
            environment: environment,
            variables: variables,
            isStrict: options.strict
        )
        guard let stack = loaded.stack else {
            let errors = loaded.diagnostics.count { $0.severity == .error }
            throw ReportableError(
                .invalidSpec,
                "\(file.path) has \(errors) error\(errors == 1 ? "" : "s")",
                diagnostics: loaded.diagnostics
            )
        }
        show(loaded.diagnostics, warnings, console)
        return DeclaredStack(
            stack: stack,
            text: String(decoding: text.bytes, as: UTF8.self),
            directory: file.directory,
            given: given(stack)
        )
    }

    private func show(_ diagnostics: [Diagnostic], _ warnings: Warnings, _ console: Console) {
        switch warnings {
        case .inFull: for warning in diagnostics { console.note(warning.rendered) }
        case .counted where !diagnostics.isEmpty:
            let count = diagnostics.count
            console.note("\(file.path) has \(count) warning\(count == 1 ? "" : "s"): see `slipway validate`")
        case .counted: break
        }
    }

    private func given(_ stack: Stack) -> [SecretName: Redacted<String>] {
        var values: [SecretName: Redacted<String>] = [:]
        for secret in stack.secrets where secret.kind == .given {
            guard let variable = secret.from, let value = variables[variable] else { continue }
            values[secret.name] = Redacted(value)
        }
        return values
    }
}
