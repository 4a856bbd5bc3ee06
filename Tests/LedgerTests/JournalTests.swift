import Basics
import GRDB
import Ledger
import StackModel
import Testing

@Suite("The journal of operations")
struct JournalTests {
    @Test("the whole plan is on record before the first effect")
    func begins() async throws {
        let ledger = try Ledger.inMemory()
        let plan = Samples.plan(replicas: 3)
        let (operation, epoch) = try await ledger.begin(plan)
        #expect(epoch == 1)
        #expect(operation.state == .running)
        #expect(try await ledger.activeOperation(of: Samples.shop) == operation)
        let steps = try await ledger.steps(of: operation.id)
        #expect(steps.map(\.step) == plan.steps)
        #expect(steps.allSatisfy { $0.state == .pending && $0.beganAt == nil })
        #expect(steps.map(\.key) == plan.steps.map { StepKey.of($0, in: plan) })
    }

    @Test("intent and outcome are on record with their times and the failure")
    func outcomes() async throws {
        let ledger = try Ledger.inMemory()
        let (operation, epoch) = try await ledger.begin(Samples.plan(replicas: 2))
        try await ledger.recordIntent(of: 1, in: operation.id, epoch: epoch, at: Samples.later(1))
        try await ledger.recordOutcome(.succeeded, of: 1, in: operation.id, epoch: epoch, at: Samples.later(2))
        try await ledger.recordIntent(of: 2, in: operation.id, epoch: epoch, at: Samples.later(3))
        try await ledger.recordOutcome(
            .failed(Samples.failure),
            of: 2,
            in: operation.id,
            epoch: epoch,
            at: Samples.later(4)
        )
        try await ledger.finish(
            operation.id,
            as: .failed,
            failure: Samples.failure,
            epoch: epoch,
            at: Samples.later(5)
        )
        let steps = try await ledger.steps(of: operation.id)
        #expect(steps.map(\.state) == [.succeeded, .failed, .pending, .pending])
        #expect(steps[0].beganAt == Samples.later(1) && steps[0].endedAt == Samples.later(2))
        #expect(steps[1].failure == Samples.failure)
        let ended = try await ledger.operations(of: Samples.shop, limit: 5).first
        #expect(ended?.state == .failed && ended?.endedAt == Samples.later(5) && ended?.failure == Samples.failure)
    }

    @Test("a second operation of the same stack is refused, naming the first; another stack goes its way")
    func oneActive() async throws {
        let ledger = try Ledger.inMemory()
        _ = try await ledger.begin()
        let error = await #expect(throws: ReportableError.self) {
            try await ledger.begin(
                Samples.plan(.rollback),
                actor: "bob",
                owner: Samples.owner,
                reason: "r",
                at: Samples.later(7)
            )
        }
        #expect(error?.code == .stackBusy)
        #expect(error?.message == "operation 1 (deploy of release 1) holds shop/local since 7.0 s")
        #expect(error?.details == ["started by ada@host: deploy", "run by process 4711"])
        #expect(try await ledger.begin(Samples.plan(of: StackID("shop", "production"))).operation.id == 2)
    }

    @Test("the database itself refuses a second active operation")
    func index() async throws {
        try await Folder.with { folder in
            let ledger = try Ledger(path: folder.ledger)
            _ = try await ledger.begin()
            let copy = """
                INSERT INTO operation (stack, plan, state, started_at, actor, owner, reason)
                SELECT stack, plan, state, started_at, actor, owner, reason FROM operation
                """
            let raw = try folder.raw()
            #expect(throws: DatabaseError.self) { try raw.write { try $0.execute(sql: copy) } }
        }
    }

    @Test("who was taken over can write nothing any more")
    func fencing() async throws {
        let ledger = try Ledger.inMemory()
        let (operation, old) = try await ledger.begin()
        try await ledger.recordIntent(of: 1, in: operation.id, epoch: old, at: Samples.now)
        let heir = OwnerID(bootID: "boot", processID: 5000, startTicks: 99)
        let new = try await ledger.takeOver(operation.id, by: heir, at: Samples.later(1))
        #expect(new == old + 1)
        #expect(try await ledger.activeOperation(of: Samples.shop)?.owner == heir)
        await expectFenced { try await ledger.recordIntent(of: 2, in: operation.id, epoch: old, at: Samples.now) }
        await expectFenced {
            try await ledger.recordOutcome(.succeeded, of: 1, in: operation.id, epoch: old, at: Samples.now)
        }
        await expectFenced {
            try await ledger.finish(
                operation.id,
                as: .failed,
                failure: nil,
                epoch: old,
                at: Samples.now
            )
        }
        #expect(try await ledger.steps(of: operation.id).map(\.state) == [.begun, .pending])
        try await ledger.finish(
            operation.id,
            as: .crashed,
            failure: nil,
            epoch: new,
            at: Samples.later(2)
        )
        _ = try await ledger.begin()
        // Its operation is over and the stack has moved on: still fenced, not merely out of order.
        await expectFenced {
            try await ledger.recordOutcome(.succeeded, of: 1, in: operation.id, epoch: old, at: Samples.now)
        }
    }

    private func expectFenced(_ write: () async throws -> Void) async {
        let error = await #expect(throws: ReportableError.self) { try await write() }
        #expect(error?.code == .stackBusy)
        #expect(error?.message.hasPrefix("fenced: operation 1 of shop/local") == true)
    }

    @Test("an outcome without an intent, an intent twice, a second end: each refused, and nothing changed")
    func order() async throws {
        let ledger = try Ledger.inMemory()
        let (operation, epoch) = try await ledger.begin()
        let id = operation.id
        await expectBroken { try await ledger.recordOutcome(.succeeded, of: 1, in: id, epoch: epoch, at: Samples.now) }
        try await ledger.recordIntent(of: 1, in: id, epoch: epoch, at: Samples.now)
        await expectBroken { try await ledger.recordIntent(of: 1, in: id, epoch: epoch, at: Samples.now) }
        await expectBroken { try await ledger.recordIntent(of: 9, in: id, epoch: epoch, at: Samples.now) }
        await expectBroken {
            try await ledger.finish(id, as: .succeeded, failure: nil, epoch: epoch, at: Samples.now)
        }
        #expect(try await ledger.verifyChain().length == 2)
        try await ledger.finish(id, as: .interrupted, failure: nil, epoch: epoch, at: Samples.now)
        await expectBroken {
            try await ledger.finish(id, as: .failed, failure: nil, epoch: epoch, at: Samples.now)
        }
        await expectBroken { try await ledger.recordIntent(of: 2, in: id, epoch: epoch, at: Samples.now) }
        await expectBroken { _ = try await ledger.takeOver(id, by: Samples.owner, at: Samples.now) }
        let error = await #expect(throws: ReportableError.self) { try await ledger.steps(of: 99) }
        #expect(error?.code == .notFound)
    }

    private func expectBroken(_ write: () async throws -> Void) async {
        let error = await #expect(throws: ReportableError.self) { try await write() }
        #expect(error?.code == .broken)
    }

    @Test("crashes on one step are counted until that step has an outcome, whatever the purpose of the plan")
    func crashes() async throws {
        let ledger = try Ledger.inMemory()
        _ = try await ledger.record()
        let plan = Samples.plan()
        #expect(try await count(plan, in: ledger) == nil)
        try await ledger.crash(plan)
        try await ledger.crash(Samples.plan(.revert))
        try await ledger.crash(plan)
        #expect(try await count(plan, in: ledger) == 3)
        #expect(try await count(Samples.plan(.revert), in: ledger) == 3)
        // An operation that never came to the step changes nothing.
        let (operation, epoch) = try await ledger.begin(plan)
        try await ledger.finish(operation.id, as: .failed, failure: nil, epoch: epoch, at: Samples.now)
        #expect(try await count(plan, in: ledger) == 3)
        #expect(try await count(Samples.plan(of: StackID("shop", "production")), in: ledger) == nil)
        #expect(try await count(Samples.plan(digest: "other"), in: ledger) == nil)
        try await ledger.succeed(plan)
        #expect(try await count(plan, in: ledger) == nil)
    }

    private func count(_ plan: Plan, in ledger: Ledger) async throws -> Int? {
        try await ledger.crashes(in: plan).first { $0.step.number == 1 }?.count
    }

    @Test("steps that were begun side by side are counted alike")
    func crashesSideBySide() async throws {
        let ledger = try Ledger.inMemory()
        let plan = Samples.plan(replicas: 2)
        for _ in 1...2 {
            let (operation, epoch) = try await ledger.begin(plan)
            for step in [1, 3] {
                try await ledger.recordIntent(of: step, in: operation.id, epoch: epoch, at: Samples.now)
            }
            try await ledger.finish(operation.id, as: .crashed, failure: nil, epoch: epoch, at: Samples.now)
        }
        let crashes = try await ledger.crashes(in: plan)
        #expect(crashes.map(\.step.number) == [1, 3] && crashes.allSatisfy { $0.count == 2 })
    }

    @Test("a summary holds the release, the last operation, and what was stopped")
    func summary() async throws {
        let ledger = try Ledger.inMemory()
        #expect(try await ledger.summary(of: Samples.shop).lastOperation == nil)
        let release = try await ledger.record()
        try await ledger.succeed(Samples.plan())
        try await ledger.succeed(Samples.plan(.stop))
        var summary = try await ledger.summary(of: Samples.shop)
        #expect(summary.currentRelease == ReleaseOutline(release) && summary.activeOperation == nil)
        #expect(summary.stopped == ["api"])
        #expect(summary.lastOperation?.purpose == .stop && summary.lastOperation?.state == .succeeded)
        let (operation, _) = try await ledger.begin()
        summary = try await ledger.summary(of: Samples.shop)
        #expect(summary.activeOperation == OperationOutline(operation) && summary.stopped == ["api"])
        #expect(summary.activeOperation?.owner == Samples.owner)
    }

    @Test("services are stopped and restarted one by one; what leads to a release takes every mark away")
    func stopped() async throws {
        let ledger = try Ledger.inMemory()
        _ = try await ledger.record()
        func stopped() async throws -> [ServiceName] { try await ledger.summary(of: Samples.shop).stopped }
        try await ledger.succeed(Samples.plan(.stop, services: ["api"]))
        try await ledger.succeed(Samples.plan(.stop, services: ["redis"]))
        #expect(try await stopped() == ["api", "redis"])
        try await ledger.succeed(Samples.plan(.restart, services: ["redis"]))
        try await ledger.crash(Samples.plan())
        #expect(try await stopped() == ["api"])
        try await ledger.succeed(Samples.plan())
        #expect(try await stopped() == [])
    }

    @Test("a cancelled task still records what it was doing")
    func cancellation() async throws {
        let ledger = try Ledger.inMemory()
        let (operation, epoch) = try await ledger.begin()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            try await ledger.recordIntent(of: 1, in: operation.id, epoch: epoch, at: Samples.now)
            try await ledger.finish(
                operation.id,
                as: .interrupted,
                failure: nil,
                epoch: epoch,
                at: Samples.now
            )
        }
        task.cancel()
        try await task.value
        #expect(try await ledger.operations(of: Samples.shop, limit: 1).first?.state == .interrupted)
    }
}
