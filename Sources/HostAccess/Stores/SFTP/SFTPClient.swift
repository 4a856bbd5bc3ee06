import Basics
import Interfaces

/// Keeps a line to a server, and makes another when it has broken off.
actor SFTPClient {
    let place: SFTPPlace
    let patience: StorePatience
    private let starter: any ProgramStarter
    private var current: SFTPLine?
    private var opening: Task<Result<SFTPLine, ReportableError>, Never>?

    init(_ place: SFTPPlace, _ starter: any ProgramStarter, _ patience: StorePatience) {
        self.place = place
        self.starter = starter
        self.patience = patience
    }

    /// The line that there is, if any.
    var living: SFTPLine? { current.flatMap { $0.isOver ? nil : $0 } }

    /// Throws `storeFailed` when there is no way to the server.
    func line() async throws(ReportableError) -> SFTPLine {
        if let living { return living }
        let task: Task<Result<SFTPLine, ReportableError>, Never>
        if let opening {
            task = opening
        } else {
            let (place, starter, patience) = (place, starter, patience)
            task = Task { await Self.open(place, starter, patience) }
            opening = task
        }
        let line = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        if opening == task { opening = nil }
        if case .success(let line) = line { current = line }
        return try line.get()
    }

    private static func open(_ place: SFTPPlace, _ starter: any ProgramStarter, _ patience: StorePatience) async
        -> Result<SFTPLine, ReportableError>
    {
        for attempt in 1... {
            do throws(ReportableError) {
                return .success(try await SFTPLine.open(place, starter))
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
