import Basics
import Interfaces
import StackModel

/// What a replica said when it was asked whether it can serve.
enum ProbeAnswer: Hashable, Sendable {
    case ready
    /// Why not, in words that follow a name: `GET /readyz answered 503`.
    case notReady(String)
    /// It took the question and gave no answer in time: that it cannot serve, or that the machine is busy.
    case late(String)

    var isReady: Bool { self == .ready }

    /// Why not; nil when it is ready.
    var complaint: String? {
        switch self {
        case .ready: nil
        case .notReady(let words), .late(let words): words
        }
    }

    /// Nobody can tell yet.
    var isLate: Bool {
        if case .late = self { true } else { false }
    }
}

/// Asks one replica, in the way its template says.
struct ReplicaProbe: Sendable {
    let engine: ProcessEngine
    let record: ReplicaRecord
    let folder: ReplicaFolder

    /// Never throws: no answer is an answer.
    func ask() async -> ProbeAnswer {
        switch record.probe {
        case .running: return .ready
        case .tcp: return await ask { $0.connects }
        case .http(let path, let host): return await ask(path: path, as: host ?? Probe.host)
        case .command(let words):
            return await HealthCommand(
                words: words.map { $0.resolved { _ in "" } },
                beside: ProgramBeside(folder: folder, record: record, mounts: engine.mounts),
                timeout: record.probeTiming.timeout
            ).ask()
        case .redis:
            let folder = folder
            return await ask { $0.redisAnswers(RedisAdministrator.password(in: folder)) }
        case .postgres: return await ask { $0.postgresAnswers }
        case .edge:
            let isAnswering = await engine.edge.isAnswering(at: folder.work)
            return isAnswering ? .ready : .notReady("its runtime socket does not answer")
        }
    }

    /// How long to leave it alone before it is asked again, at least: a program costs more than a question.
    var leastPause: TimeSpan {
        if case .command = record.probe { TimeSpan(milliseconds: 500) } else { TimeSpan(milliseconds: 100) }
    }

    /// Its port accepts a connection; without a port there is nothing to see.
    func connects() async -> Bool {
        guard record.port != nil else { return true }
        return await ask { $0.connects }.isReady
    }

    private func ask(path: String, as host: String) async -> ProbeAnswer {
        guard let port = record.port else { return .notReady("it has no port to be asked on") }
        let request = HTTPRequest(
            "GET",
            "http://127.0.0.1:\(port)\(path)",
            headers: ["Host": host],
            timeout: record.probeTiming.timeout,
            replyLimit: 4096
        )
        let began = ContinuousClock.now
        do throws(ReportableError) {
            let reply = try await engine.http.send(request)
            // A framework with a list of allowed hosts says it by this number alone.
            let asked = reply.status == 400 ? " to the Host \(host) (`health: {host: ...}` names another)" : ""
            return reply.succeeded ? .ready : .notReady("GET \(path) answered \(reply.status)\(asked)")
        } catch {
            // The transport's words name the address; what follows is the reason.
            let reason = error.message.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? error.message
            let words = "GET \(path) got no reply (\(reason))"
            return began.duration(to: .now) < record.probeTiming.timeout.duration ? .notReady(words) : .late(words)
        }
    }

    private func ask(_ question: @escaping @Sendable (LocalConnection) -> ProbeAnswer) async -> ProbeAnswer {
        guard let port = record.port else { return .notReady("it has no port to be asked on") }
        let connection = LocalConnection(port: port, timeout: record.probeTiming.timeout)
        let began = ContinuousClock.now
        // The work throws nothing.
        let answer = (try? await offPool { question(connection) }) ?? .notReady("it was not asked")
        guard case .notReady(let words) = answer else { return answer }
        return began.duration(to: .now) < record.probeTiming.timeout.duration ? answer : .late(words)
    }
}
