import Basics
import Ledger
import StackModel
import Testing

@testable import CommandLineTool
@testable import Orchestration

@Suite("slipway status as a person reads it")
struct StatusTextTests {
    private let now = Instant(milliseconds: 1_795_242_902_000)
    private let stack = StackID("shop", "local")

    private func ago(_ seconds: Int) -> Instant { Instant(milliseconds: now.milliseconds - seconds * 1000) }

    private func replica(
        _ id: ReplicaID,
        _ state: ObservedReplica.State = .running,
        traffic: ObservedReplica.Traffic = .none,
        port: Int,
        up: Int = 60
    ) -> ObservedReplica {
        ObservedReplica(
            id: id,
            revision: Digest(of: "r"),
            configuration: Digest(of: "c"),
            release: 2,
            state: state,
            ready: state == .running,
            traffic: traffic,
            inFlight: 3,
            port: port,
            startedAt: ago(up),
            restarts: 1
        )
    }

    private func service(
        _ name: ServiceName,
        _ kind: String,
        _ replicas: [ObservedReplica],
        port: Int
    ) -> StackStatus.ServiceStatus {
        StackStatus.ServiceStatus(
            name: name,
            kind: kind,
            wanted: 1,
            replicas: replicas,
            address: Address(host: "127.0.0.1", port: port),
            speaksTLS: nil
        )
    }

    private func operation(_ state: Operation.State, _ failure: ReportableError? = nil) -> OperationOutline {
        OperationOutline(
            id: 7,
            purpose: .deploy,
            release: 2,
            state: state,
            startedAt: ago(300),
            endedAt: state.isActive ? nil : ago(290),
            actor: "ada@host",
            owner: OwnerID(bootID: "boot", processID: 4711, startTicks: 1),
            reason: "deploy",
            failure: failure
        )
    }

    private func status(
        _ services: [StackStatus.ServiceStatus],
        release: Int? = 2,
        drift: [String] = [],
        stopped: [ServiceName] = [],
        last: OperationOutline? = nil,
        unfinished: OperationOutline? = nil,
        ownerIsGone: Bool = false
    ) -> String {
        let status = StackStatus(
            stack: stack,
            release: release,
            releaseDigest: Digest(of: "d"),
            deployedAt: ago(7200),
            deployedBy: "ada@host",
            stopped: stopped,
            services: services,
            drift: drift,
            lastOperation: last,
            unfinished: unfinished,
            ownerIsGone: ownerIsGone
        )
        return StatusText(status, now: now, style: TextStyle(color: false)).render()
    }

    @Test("replicas, what they do, and what is wrong")
    func running() {
        let text = status(
            [
                service(
                    "api",
                    "app",
                    [
                        replica(ReplicaID("api", 1), traffic: .admitted, port: 20001),
                        replica(ReplicaID("api", 2), traffic: .draining, port: 20002, up: 600),
                        replica(ReplicaID("api", 3), .failing, port: 20003),
                    ],
                    port: 8000
                ),
                service("edge", "edge", [replica(ReplicaID("edge", 1), port: 8080)], port: 8080),
                service("redis", "redis", [], port: 6379),
            ],
            drift: ["api-3 is failing: exited with code 1"],
            last: operation(.succeeded)
        )
        #expect(
            text == """
                shop/local: release 2 (\(Digest(of: "d").short)), made 2 h ago by ada@host

                SERVICE  REPLICA  STATE    TRAFFIC       ADDRESS                RELEASE  UP      RESTARTS
                api      api-1    ready    yes           127.0.0.1:20001        2        60 s    1
                api      api-2    ready    draining (3)  127.0.0.1:20002        2        10 min  1
                api      api-3    failing  -             127.0.0.1:20003        2        -       1
                edge     edge-1   ready    -             http://127.0.0.1:8080  2        60 s    1
                redis    -        missing  -             -                      -        -       -

                drift: api-3 is failing: exited with code 1

                last: deploy (ada@host, 5 min ago): done in 10.0 s
                """
        )
    }

    @Test("a first deploy that failed, and one that is open")
    func failed() {
        let failure = ReportableError(.replicaFailed, "api-1 exited with code 1")
        let text = status([], release: nil, last: operation(.failed, failure), unfinished: operation(.running))
        #expect(text.hasPrefix("shop/local: no release is current\n"))
        #expect(text.contains("\nopen: operation 7 (deploy) since 2026-11-21 06:30:02Z\n"))
        #expect(text.hasSuffix("\nlast: deploy (ada@host, 5 min ago): failed after 10.0 s: api-1 exited with code 1"))
        let gone = status([], last: operation(.running), unfinished: operation(.running), ownerIsGone: true)
        #expect(gone.contains("06:30:02Z: its process died; the next command goes on\n"))
        #expect(gone.hasSuffix("\nlast: deploy (ada@host, 5 min ago): its process died; the next command goes on"))
    }

    @Test("what was stopped stands in the headline")
    func stopped() {
        let headline = "shop/local: release 2 (\(Digest(of: "d").short)), made 2 h ago by ada@host, "
        let services = [service("api", "app", [], port: 1), service("web", "app", [], port: 2)]
        #expect(status(services, stopped: ["api", "web"]).hasPrefix(headline + "stopped\n"))
        #expect(status(services, stopped: ["api"]).hasPrefix(headline + "api stopped\n"))
    }
}
