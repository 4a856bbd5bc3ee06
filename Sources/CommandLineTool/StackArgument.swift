import ArgumentParser
import Basics
import FoundationEssentials
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

    /// The stack as its file declares it. All errors are reported.
    func declared(in session: Session, _ options: SpecOptions, warnings: Warnings)
        throws(ReportableError) -> DeclaredStack
    {
        let source = try source(in: session)
        return try source.load(try chosenEnvironment(), options, warnings, console: session.console)
    }

    /// The stack of the chosen environment, or of every environment when none is chosen.
    func declaredInEveryEnvironment(in session: Session, _ options: SpecOptions)
        throws(ReportableError) -> [DeclaredStack]
    {
        let source = try source(in: session)
        let chosen = try chosenEnvironment()
        let environments = chosen.map { [$0] } ?? SpecLoader.environments(in: source.text)
        guard environments.count > 1 else {
            return [try source.load(chosen, options, .inFull, console: session.console)]
        }
        var stacks: [DeclaredStack] = []
        for environment in environments {
            stacks.append(try source.load(environment, options, .inFull, console: session.console))
        }
        return stacks
    }

    private func source(in session: Session) throws(ReportableError) -> SpecSource {
        let file = SpecFile(argument: stack)
        return SpecSource(
            file: file,
            text: try file.read(),
            variables: try file.variables(over: session.variables, console: session.console)
        )
    }

    /// Which deployed stack is meant, without a valid spec: a stack must be operable while its file is broken.
    func deployed(in session: Session, _ ledger: Ledger) async throws(ReportableError) -> StackID {
        let file = SpecFile(argument: stack)
        if !file.exists, let id = StackID(stack) { return id }
        var declaredEnvironments: [EnvironmentName] = []
        let name: StackName
        if file.exists {
            let text = try file.read()
            guard let declared = SpecFile.stackName(in: text) else {
                throw ReportableError(
                    .invalidSpec,
                    "\(file.path) names no stack",
                    hint: "Name the stack itself: `slipway status NAME`."
                )
            }
            name = declared
            declaredEnvironments = SpecLoader.environments(in: text)
        } else if let given = StackName(stack) {
            name = given
        } else {
            throw ReportableError(
                .usage,
                "there is no stack.yaml at \(stack), and \(stack) is not the name of a stack",
                hint: "Give a folder that holds a stack.yaml, or begin one with `slipway init`."
            )
        }
        return StackID(name, try await environment(of: name, declaredEnvironments, ledger))
    }

    private func environment(of name: StackName, _ declared: [EnvironmentName], _ ledger: Ledger)
        async throws(ReportableError) -> EnvironmentName
    {
        if let chosen = try chosenEnvironment() { return chosen }
        if declared.count == 1, let only = declared.first { return only }
        let deployed = try await ledger.stacks().filter { $0.stack == name }.map(\.environment)
        if deployed.count == 1, let only = deployed.first { return only }
        let candidates = deployed.isEmpty ? declared : deployed
        guard !candidates.isEmpty else {
            throw ReportableError.notDeployed(name)
        }
        throw ReportableError(
            .usage,
            "\(name) has the environments \(candidates.map(\.text).joined(separator: ", "))",
            hint: "Choose one with --env \(candidates[0])."
        )
    }

    private func chosenEnvironment() throws(ReportableError) -> EnvironmentName? {
        guard let environment else { return nil }
        guard let name = EnvironmentName(environment) else {
            throw ReportableError(.usage, "\(environment) is not the name of an environment")
        }
        return name
    }
}
