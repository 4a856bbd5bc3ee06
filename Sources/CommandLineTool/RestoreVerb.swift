import ArgumentParser
import Basics
import Orchestration
import StackModel

package struct RestoreVerb: ChangingVerb {
    package static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Bring back the data of a service as a backup set holds it.",
        discussion: """
            Of a service or a policy it takes the newest set. The data is loaded beside the live data and compared with \
            what was counted when the set was made; then the service is stopped, the two change places, and it is started \
            again. What was live before is kept, and --undo brings it back.
            """
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var change: ChangeOptions

    @Option(help: "The set, as `slipway backup list` names it.")
    var fromSet: String?

    @Option(help: "The newest set of this policy.")
    var policy: String?

    @Option(name: .shortAndLong, help: "The newest set of this service; may be given several times.")
    var service: [String] = []

    @Option(
        help: ArgumentHelp(
            "The moment to go back to, for a Postgres whose policy says `pointInTime`: 2026-11-21T10:00:00Z, or 10m.",
            discussion: "What was committed at or before it is there."
        )
    )
    var at: String?

    @Option(help: "Only sets in this store.")
    var store: String?

    @Flag(help: "Put back what was live before the last restore.")
    var undo = false

    @Flag(help: "Remove what restores have kept. No restore before can be undone then.")
    var forget = false

    package init() {}

    package func validate() throws {
        guard undo || forget else { return }
        guard fromSet == nil, policy == nil, store == nil, at == nil, !(undo && forget) else {
            throw ValidationError("--undo and --forget read no set: each goes with --service alone.")
        }
    }

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let dependencies = try session.dependencies()
        let stack = try await target.deployed(in: session, dependencies.ledger)
        let restorer = Restorer(dependencies, try session.backups())
        let services = try ServiceNames.parse(service)
        if forget { return try await forget(services, of: stack, in: session) }
        let watch = RestoreWatch()
        let status: ExitStatus
        if undo {
            let undoing = try await restorer.undo(services, of: stack)
            status = try await change.carryOut(undoing, on: stack, in: session, watch: watch.see)
        } else {
            let wish = try wish(services, now: dependencies.now())
            let choice =
                change.dryRun
                ? try await restorer.choose(wish, of: stack) : try await restorer.chooseShipping(wish, of: stack)
            tell(choice, session.console, at: dependencies.now())
            let preparation = restorer.preparation(of: choice)
            status = try await change.carryOut(
                choice.change,
                on: stack,
                in: session,
                preparing: preparation,
                watch: watch.see
            )
        }
        if change.progress != .json { for line in watch.lines { session.console.note(line) } }
        return status
    }

    private func forget(_ services: Set<ServiceName>, of stack: StackID, in session: Session)
        async throws(ReportableError) -> ExitStatus
    {
        let forgetting = Forgetting(try session.dependencies(), try session.backups())
        let kept = try await forgetting.kept(services, of: stack)
        for (service, names) in kept.sorted(by: { $0.key < $1.key }) {
            let list = names.map(\.text).joined(separator: ", ")
            session.console.note("WILL BE REMOVED of \(service): what was kept because of \(list)")
        }
        if !kept.isEmpty { session.console.note("What is live stays. No earlier restore can be undone then.") }
        guard !change.dryRun else { return .done }
        if !kept.isEmpty, !change.yes { try await change.ask("Remove this data of \(stack)?", session.console) }
        try await forgetting.forget(services, of: stack)
        let names = services.isEmpty ? "\(stack)" : services.sorted().map(\.text).joined(separator: ", ")
        session.console.result("nothing is kept beside the data of \(names) any more")
        return .done
    }

    private func wish(_ services: Set<ServiceName>, now: Instant) throws(ReportableError) -> RestoreWish {
        var wish = RestoreWish(set: fromSet, policy: policy, services: services)
        if let at { wish.at = try TimeText.parse(at, now: now) }
        guard let store else { return wish }
        guard let name = StoreName(store) else {
            throw ReportableError(.usage, "\(store) is not the name of a store")
        }
        wish.store = name
        return wish
    }

    /// What is restored, before the plan says how.
    private func tell(_ choice: RestoreChoice, _ console: Console, at now: Instant) {
        for warning in choice.warnings { change.warn(of: warning, on: console) }
        let text = RestoreText(choice, at: now)
        if change.progress == .json {
            for line in text.sentences { console.result(JSONProgress.note(line)) }
            return
        }
        // A dry run's plan stands on standard output, too.
        let isResult = change.dryRun && change.output != .json
        for line in text.table + [""] { isResult ? console.result(line) : console.note(line) }
    }
}

/// A choice in words.
struct RestoreText {
    let choice: RestoreChoice
    let now: Instant

    init(_ choice: RestoreChoice, at now: Instant) {
        self.choice = choice
        self.now = now
    }

    var table: [String] {
        var table = TextTable("SERVICE", "FROM THE SET", "IN", "HOLDS THE STATE OF", "AGE", "SIZE", "STATE")
        for set in choice.sets {
            let row = set.row
            table.add(
                set.service.text,
                row.set,
                row.store.text,
                TimeText.stamp(set.state),
                TimeText.age(set.state, at: now),
                "\(ByteCount(bytes: row.size))",
                row.state.rawValue
            )
        }
        return [table.render(style: TextStyle(color: false)), consequence]
    }

    var sentences: [String] {
        choice.sets.map { set in
            let row = set.row
            return "\(set.service) is to be restored from \(row.set) in \(row.store) (\(row.state.rawValue)), "
                + "as at \(TimeText.stamp(set.state))"
        } + [consequence]
    }

    private var consequence: String {
        let services = choice.sets.map { " --service \($0.service)" }.joined()
        return "What was written since is not in it. It is kept beside, and "
            + "`slipway restore \(choice.stack) --undo\(services)` brings it back."
    }
}
