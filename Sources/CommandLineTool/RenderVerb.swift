import ArgumentParser
import Basics
import Manifests
import StackModel
import StackSpec

package struct RenderVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Write the files that run a stack without Slipway.",
        discussion: """
            The sets for compose and kubernetes are complete. No file holds the value of a secret: `secrets.sh` beside \
            them makes those. The set for process is to be read and reviewed: it shows what `slipway deploy` would start.

            What was written there before and is not part of the set any more is removed. The folder's list, \
            .slipway-rendered, says what is Slipway's: a file that it did not write or that somebody changed since, a \
            Compose file of yours that would no longer be read, and a folder with another set, are left as they are \
            without --force.
            """
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var spec: SpecOptions

    @Option(
        name: .customLong("target"),
        help: "What for: compose, kubernetes or process; the environment's engine when left out."
    )
    var kind: ManifestTarget?

    @Option(help: "The folder to write to; made when missing.")
    var output: String

    @Flag(help: "Show what would change in the folder and write nothing. Exit code 3 when something would.")
    var diff = false

    @Flag(help: "Replace what is in the folder: another set, files changed by hand, files that are not Slipway's.")
    var force = false

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        guard !output.isEmpty else { throw ReportableError(.usage, "--output names no folder") }
        let source = try target.source(in: session) { session.console.note($0) }
        let (stack, kind) = try load(source, session.console)
        let folder = RenderedFolder(path: output)
        let set = RenderedSet(kind, of: stack.id)
        let change = try folder.change(to: try StackManifests.files(of: stack, for: kind), of: set)
        if diff {
            if let refusal = change.refusal(in: folder.path) { session.console.warn(refusal.message) }
            session.console.result(change.isEmpty ? "nothing would change in \(output)" : change.text)
            return change.isEmpty ? .done : .changesPending
        }
        try folder.carryOut(change, takingOver: force)
        session.console.result("\(stack.id) for \(kind.rawValue): \(change.summary) in \(output)")
        guard kind != .process else { return .done }
        for advice in [BuildContext.advice(for: folder.path), Self.limits(of: stack)] {
            if let advice { session.console.note(advice) }
        }
        return .done
    }

    /// A limit that nobody wrote ends a program all the same.
    private static func limits(of stack: Stack) -> String? {
        let names = stack.services.compactMap { service -> String? in
            guard case .app = service.kind, service.resources.memory == nil else { return nil }
            return service.name.text
        }
        guard !names.isEmpty else { return nil }
        let (apps, limit) = (names.joined(separator: ", "), ContainerResources.app.memory.limit)
        return "\(apps) may take \(limit) of memory each: no `resources: {memory: ...}` says more"
    }

    /// The stack as the target sees it. What the target cannot express is said by name and place, once.
    private func load(_ source: SpecSource, _ console: Console) throws(ReportableError) -> (Stack, ManifestTarget) {
        let environment = try target.chosenEnvironment()
        let engine = kind?.engine
        let loaded = source.judge(environment, spec, engine: engine)
        guard let stack = loaded.judged else { throw source.refusal(loaded.diagnostics) }
        let kind = kind ?? ManifestTarget(stack.engine)
        let diagnostics = (loaded.diagnostics + loaded.omissions(for: kind) + loaded.shownVariables()).sorted {
            $0.location < $1.location
        }
        guard diagnostics.allSatisfy({ $0.severity != .error }) else { throw source.refusal(diagnostics) }
        for warning in diagnostics { console.note(warning.line) }
        return (stack, kind)
    }
}

extension ManifestTarget: ExpressibleByArgument {
    init(_ engine: EngineKind) {
        self =
            switch engine {
            case .docker: .compose
            case .kubernetes: .kubernetes
            case .process: .process
            }
    }

    /// The engine that reads a spec as this target does.
    var engine: EngineKind {
        switch self {
        case .compose: .docker
        case .kubernetes: .kubernetes
        case .process: .process
        }
    }
}
