import ArgumentParser
import Basics
import Ledger
import Orchestration
import StackModel
import StackSpec

/// `STACK` and `--env`: which stack is meant.
struct StackArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "A folder with a stack.yaml, or such a file; for all but deploy, plan and validate also a stack's name.",
            valueName: "stack"
        )
    )
    var stack: String = "."

    @Option(name: .customLong("env"), help: "The environment, where the spec declares several.")
    var environment: String?

    /// The stack as its file declares it. All diagnostics are reported.
    func declared(in session: Session, _ options: SpecOptions, warnings: Warnings, warn: (String) -> Void)
        throws(ReportableError) -> DeclaredStack
    {
        try source(in: session, warn: warn).load(try chosenEnvironment(), options, warnings, warn: warn)
    }

    func source(in session: Session, warn: (String) -> Void) throws(ReportableError) -> SpecSource {
        let file = SpecFile(argument: stack)
        return SpecSource(
            file: file,
            text: try file.read(),
            variables: try file.variables(over: session.variables, warn: warn)
        )
    }

    /// The chosen environment, or every one that the spec has; `nil` stands for the only one.
    func environments(of source: SpecSource) throws(ReportableError) -> [EnvironmentName?] {
        if let chosen = try chosenEnvironment() { return [chosen] }
        let environments = SpecLoader.environments(in: source.text)
        return environments.count > 1 ? environments : [nil]
    }

    /// No stack is named, and none is declared here.
    var isAbsent: Bool { stack == "." && !SpecFile(argument: stack).exists }

    /// Which recorded stack is meant, without a valid spec: a stack must be operable while its file is broken.
    /// Throws `usage` when the ledger has never heard of it, `notFound` when a file declares it all the same.
    func deployed(in session: Session, _ ledger: Ledger) async throws(ReportableError) -> StackID {
        let known = KnownStacks(all: try await ledger.stacks(), home: try session.home())
        return try known.checked(try named(known), isDeclared: SpecFile(argument: stack).exists)
    }

    private func named(_ known: KnownStacks) throws(ReportableError) -> StackID {
        let file = SpecFile(argument: stack)
        let chosen = try chosenEnvironment()
        if !file.exists, let id = StackID(stack) {
            guard let chosen, chosen != id.environment else { return id }
            throw ReportableError(
                .usage,
                "\(stack) names the environment \(id.environment), but --env says \(chosen)",
                hint: "Say it once: `\(id.stack)/\(chosen)` or `\(id)`."
            )
        }
        guard file.exists else {
            guard let name = StackName(stack) else { throw noSuchStack }
            return try known.stack(name, chosen: chosen, declared: [])
        }
        let text = try file.read()
        guard let name = SpecFile.stackName(in: text) else {
            throw ReportableError(
                .invalidSpec,
                "\(file.path) names no stack",
                hint: "Name the stack itself: `slipway status NAME`."
            )
        }
        return try known.stack(name, chosen: chosen, declared: SpecLoader.environments(in: text))
    }

    private var noSuchStack: ReportableError {
        ReportableError(
            .usage,
            "there is no stack.yaml at \(stack), and \(stack) is not the name of a stack",
            hint: "Give a folder that holds a stack.yaml, or begin one with `slipway init`."
        )
    }

    func chosenEnvironment() throws(ReportableError) -> EnvironmentName? {
        guard let environment else { return nil }
        guard let name = EnvironmentName(environment) else {
            throw ReportableError(.usage, "\(environment) is not the name of an environment")
        }
        return name
    }
}
