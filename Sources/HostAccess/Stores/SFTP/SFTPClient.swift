import Basics
import Interfaces

/// Keeps a line to a server, and makes another when it has broken off.
actor SFTPClient {
    let place: SFTPPlace
    let patience: StorePatience
    private let starter: any ProgramStarter
    private var current: SFTPLine?
    private var opening: Task<Void, Never>?
    /// Of the opening that counts: one that nobody waited for any more is given up.
    private var turn = 0
    private var waiting: [Int: CheckedContinuation<Result<SFTPLine, ReportableError>, Never>] = [:]
    private var lastWaiter = 0

    private static let interruption = ReportableError(.interrupted, "the work with the store was interrupted")

    init(_ place: SFTPPlace, _ starter: any ProgramStarter, _ patience: StorePatience) {
        self.place = place
        self.starter = starter
        self.patience = patience
    }

    /// The line that there is, if any.
    var living: SFTPLine? { current.flatMap { $0.isOver ? nil : $0 } }

    /// One opening is for all who want a line meanwhile, and goes on as long as one of them waits for it.
    /// Throws `storeFailed` when there is no way to the server, `interrupted` in a cancelled task.
    func line() async throws(ReportableError) -> SFTPLine {
        if let living { return living }
        lastWaiter += 1
        let number = lastWaiter
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { wait(as: number, $0) }
        } onCancel: {
            Task { await self.leave(number) }
        }
        return try result.get()
    }

    private func wait(as number: Int, _ waiter: CheckedContinuation<Result<SFTPLine, ReportableError>, Never>) {
        guard !Task.isCancelled else { return waiter.resume(returning: .failure(Self.interruption)) }
        waiting[number] = waiter
        guard opening == nil else { return }
        let (place, starter, patience, turn) = (place, starter, patience, turn)
        opening = Task {
            let result = await Self.open(place, starter, patience)
            self.end(turn, with: result)
        }
    }

    private func end(_ turn: Int, with result: Result<SFTPLine, ReportableError>) {
        guard turn == self.turn else { return }
        self.turn += 1
        opening = nil
        if case .success(let line) = result { current = line }
        let waiters = waiting.values
        waiting = [:]
        for waiter in waiters { waiter.resume(returning: result) }
    }

    private func leave(_ number: Int) {
        guard let waiter = waiting.removeValue(forKey: number) else { return }
        waiter.resume(returning: .failure(Self.interruption))
        guard waiting.isEmpty else { return }
        opening?.cancel()
        opening = nil
        turn += 1
    }

    private static func open(_ place: SFTPPlace, _ starter: any ProgramStarter, _ patience: StorePatience) async
        -> Result<SFTPLine, ReportableError>
    {
        for attempt in 1... {
            do throws(ReportableError) {
                return .success(try await SFTPLine.open(place, starter, within: patience.reply))
            } catch {
                let refusal = SFTPRefusal(error, at: place)
                guard !refusal.isFinal, attempt < patience.attempts else { return .failure(refusal.error) }
                do throws(ReportableError) { try await patience.pause(after: attempt) } catch { return .failure(error) }
            }
        }
        return .failure(ReportableError(.broken, "an endless row of attempts has ended"))
    }

    /// Does something that can be done again on another line, when this one breaks off meanwhile.
    nonisolated func onSomeLine<Value>(
        _ work: (SFTPLine) async throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        for _ in 1..<patience.attempts {
            let line = try await line()
            do throws(ReportableError) {
                return try await work(line)
            } catch {
                guard line.isOver, error.code != .interrupted else { throw error }
            }
        }
        return try await work(try await line())
    }

    nonisolated func ask(_ request: SFTPRequest) async throws(ReportableError) -> SFTPReply {
        try await onSomeLine { (line) throws(ReportableError) in try await line.ask(request) }
    }
}
