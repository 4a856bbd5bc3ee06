import Basics
import Ledger
import StackModel
import Testing

@Suite("The lock of a stack")
struct StackLockTests {
    private let holder = StackLock.Holder(
        actor: "ada@host",
        owner: Samples.owner,
        since: Samples.now,
        purpose: "deploy"
    )

    @Test("who looks sees the holder and takes nothing")
    func looking() async throws {
        try await Folder.with { folder in
            let path = folder.path + "/lock"
            try StackLock.check(path)
            try await StackLock.holding(path, as: holder) { () throws(ReportableError) in
                let error = #expect(throws: ReportableError.self) { try StackLock.check(path) }
                #expect(error?.code == .stackBusy)
                #expect(error?.message.hasPrefix("ada@host holds the stack with `deploy` (process 4711)") == true)
            }
            try StackLock.check(path)
        }
    }

    @Test("who takes it is not refused because somebody looks", .timeLimit(.minutes(1)))
    func takingWhileLooking() async throws {
        try await Folder.with { folder in
            let path = folder.path + "/lock"
            let holder = holder
            try await StackLock.holding(path, as: holder) {}
            let looker = Task.detached {
                while !Task.isCancelled {
                    do { try StackLock.check(path) } catch {}
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
            for _ in 1...200 { try await StackLock.holding(path, as: holder) {} }
            looker.cancel()
            await looker.value
        }
    }
}
