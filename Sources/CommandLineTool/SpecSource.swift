import Basics
import Orchestration
import StackModel
import StackSpec

/// A spec file that was read, with the variables its `${NAME}` references mean.
struct SpecSource {
    let file: SpecFile
    let text: SpecText
    let variables: [String: String]

    /// What the file says in one environment; `nil` is the only one.
    func judge(_ environment: EnvironmentName?, _ options: SpecOptions, engine: EngineKind? = nil) -> LoadedSpec {
        SpecLoader.load(
            text,
            environment: environment,
            variables: variables,
            engine: engine,
            isStrict: options.strict
        ).tellingOfSilence()
    }

    /// Throws `invalidSpec` with everything that is wrong; `warn` gets the warnings.
    func load(_ environment: EnvironmentName?, _ options: SpecOptions, _ warnings: Warnings, warn: (String) -> Void)
        throws(ReportableError) -> DeclaredStack
    {
        let loaded = judge(environment, options).refusingDormantKeys()
        guard let stack = loaded.stack else { throw refusal(loaded.diagnostics) }
        show(loaded.diagnostics, warnings, warn)
        if let note = SpecVerdict.Valid(stack).note { warn("\(file.path): \(note)") }
        return DeclaredStack(
            stack: stack,
            text: String(decoding: text.bytes, as: UTF8.self),
            directory: file.directory,
            given: try GivenValues(variables: variables, directory: file.directory).all(of: stack)
        )
    }

    func refusal(_ diagnostics: [Diagnostic]) -> ReportableError {
        let errors = diagnostics.count { $0.severity == .error }
        return ReportableError(
            .invalidSpec,
            "\(file.path) has \(errors) error\(errors == 1 ? "" : "s")",
            diagnostics: diagnostics
        )
    }

    private func show(_ diagnostics: [Diagnostic], _ warnings: Warnings, _ warn: (String) -> Void) {
        switch warnings {
        case .inFull: for warning in diagnostics { warn(warning.rendered) }
        case .counted where !diagnostics.isEmpty:
            let count = diagnostics.count
            warn("\(file.path) has \(count) warning\(count == 1 ? "" : "s"): see `slipway validate`")
        case .counted: break
        }
    }
}
