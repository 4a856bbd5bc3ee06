import Basics
import Foundation
import Interfaces
import StackModel
import Testing

@testable import HostAccess

@Suite("HAProxy as an edge", .serialized)
struct HAProxyEdgeTests {
    @Test("two hundred admissions and withdrawals over three servers under load fail no request")
    func cycles() async throws {
        try await withLab { lab in
            for number in 1...3 { try lab.startBackend(number) }
            try await lab.admit(1)
            try await lab.admit(2)
            let load = try HAProxyLoad(port: lab.port, directory: lab.directory, connections: 32)
            let clock = ContinuousClock()
            var slowest = Duration.zero
            var admitted = [1, 2]
            for cycle in 0..<200 {
                let next = cycle % 3 == 0 ? 3 : cycle % 3
                slowest = max(slowest, try await clock.measure { try await lab.admit(next) })
                let leaving = admitted.removeFirst()
                #expect(try await lab.withdraw(leaving) == 0)
                admitted.append(next)
                try lab.expectEverywhere(admitted.sorted())
            }
            let report = load.finish()
            print("FIGURE 200 cycles: \(report), slowest admission \(slowest)")
            #expect(report.failures == 0, "\(report.text)")
            #expect(report.requests > 1000)
        }
    }

    @Test("a connection to a replica is kept for the next request, and for no longer than it is needed")
    func keepsConnections() async throws {
        try await withLab { lab in
            try lab.startBackend(1)
            try await lab.admit(1)
            let load = try HAProxyLoad(port: lab.port, directory: lab.directory, connections: 8)
            try await Task.sleep(for: .milliseconds(500))
            let report = load.finish()
            #expect(report.failures == 0, "\(report.text)")
            let row = try #require(try lab.statistics(of: 1))
            let (reused, made) = (row.number("reuse") ?? 0, row.number("connect") ?? 0)
            #expect(reused > 10 * made, "\(made) connections made, \(reused) times one was used again")
            // While they are open the replica still answers; they do not keep it from being withdrawn.
            let clock = ContinuousClock()
            let withdrawal = try await clock.measure { _ = try await lab.withdraw(1) }
            #expect(withdrawal < .seconds(1))
            try lab.expectEverywhere([])
        }
    }

    @Test("twenty reloads under load, with and without keep-alive, fail no request and keep servers up")
    func reloads() async throws {
        try await withLab { lab in
            for number in 1...2 {
                try lab.startBackend(number)
                try await lab.admit(number)
            }
            let kept = try HAProxyLoad(port: lab.port, directory: lab.directory, connections: 24)
            let closed = try HAProxyLoad(port: lab.port, directory: lab.directory, connections: 8, keepAlive: false)
            var workers: Set<Int> = [try #require(try lab.place.runtime.workerProcess())]
            for number in 1...20 {
                try lab.write(lab.configuration(comment: "generation \(number)"), to: "edge.cfg")
                try await lab.edge.reload(at: lab.directory, processID: lab.master)
                workers.insert(try #require(try lab.place.runtime.workerProcess()))
                #expect(try await lab.edge.servers(at: lab.directory).allSatisfy { $0.healthy })
                try lab.expectEverywhere([1, 2])
            }
            let reports = [kept.finish(), closed.finish()]
            print("FIGURE 20 reloads: keep-alive \(reports[0]); without \(reports[1])")
            #expect(reports.allSatisfy { $0.failures == 0 }, "\(reports.map(\.text))")
            #expect(workers.count == 21)
        }
    }

    @Test("reloads while servers come and go, in one breath, fail no request and lose no server")
    func reloadsAmidChanges() async throws {
        try await withLab { lab in
            for number in 1...3 { try lab.startBackend(number) }
            try await lab.admit(1)
            let load = try HAProxyLoad(port: lab.port, directory: lab.directory, connections: 16, keepAlive: false)
            let (edge, directory, master) = (lab.edge, lab.directory, lab.master)
            let servers = [lab.server(2), lab.server(3)]
            for number in 1...10 {
                try lab.write(lab.configuration(comment: "generation \(number)"), to: "edge.cfg")
                async let reload: Void = edge.reload(at: directory, processID: master)
                async let second: Void = Self.comeAndGo(servers[0], edge, directory)
                async let third: Void = Self.comeAndGo(servers[1], edge, directory)
                _ = try await (reload, second, third)
                try lab.expectEverywhere([1])
            }
            let report = load.finish()
            print("FIGURE 10 reloads amid changes: \(report)")
            #expect(report.failures == 0, "\(report.text)")
        }
    }

    private static func comeAndGo(_ server: EdgeBackend, _ edge: HAProxyEdge, _ directory: String) async throws {
        for _ in 0..<3 {
            try await edge.admit(server, at: directory, deadline: .seconds(10))
            _ = try await edge.withdraw(server.replica, at: directory, deadline: .seconds(5))
        }
    }

    @Test("a slow request is finished before its server is gone, and nothing is cut")
    func finishesSlowRequests() async throws {
        try await withLab { lab in
            for number in 1...2 { try lab.startBackend(number) }
            try await lab.admit(1)
            let connection = try RawConnection(port: lab.port)
            try connection.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
            try TestProgram.wait { try lab.place.runtime.server(ReplicaID("api", 1))?.inFlight == 1 }
            try await lab.admit(2)
            let clock = ContinuousClock()
            var cut = -1
            let time = try await clock.measure { cut = try await lab.withdraw(1, deadline: .seconds(10)) }
            #expect(cut == 0)
            #expect(time > .seconds(2) && time < .seconds(4))
            #expect(try connection.receive(until: { $0.contains("from ") }).contains(" 200 "))
            try lab.expectEverywhere([2])
            print("FIGURE slow request: withdrawal took \(time), \(cut) cut")
        }
    }

    @Test("an upgraded connection works until the deadline, is cut then, and is counted", arguments: [false, true])
    func keepsUpgradedConnections(reloaded: Bool) async throws {
        try await withLab { lab in
            try lab.startBackend(1)
            try await lab.admit(1)
            let connection = try RawConnection.upgraded(port: lab.port)
            if reloaded { try await lab.edge.reload(at: lab.directory, processID: lab.master) }
            async let cut = lab.withdraw(1, deadline: .seconds(2))
            try TestProgram.wait { try lab.place.runtime.server(ReplicaID("api", 1))?.isDraining == true }
            let start = ContinuousClock.now
            var last = Duration.zero
            while connection.echoes("still here"), last < .seconds(5) {
                last = ContinuousClock.now - start
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await cut == 1)
            #expect(last > .milliseconds(1700) && last < .milliseconds(2500))
            try lab.expectEverywhere([])
            print("FIGURE upgraded connection (reloaded: \(reloaded)): alive \(last) of 2 s drain, 1 cut")
        }
    }

    @Test("a restarted HAProxy sends nothing to a server before its own check succeeded")
    func restartsUnprobed() async throws {
        try await withLab { lab in
            for number in 1...3 {
                try lab.startBackend(number)
                try await lab.admit(number)
            }
            lab.stopHAProxy()
            try lab.backends[2]?.setReady(false)
            lab.backends[3]?.stop()
            let before = try #require(try lab.backends[2]?.requests())
            try lab.startHAProxy()
            let load = try HAProxyLoad(port: lab.port, directory: lab.directory, connections: 8)
            try await Task.sleep(for: .seconds(1))
            try lab.startBackend(3, ready: false)
            try await Task.sleep(for: .seconds(1))
            let report = load.finish()
            let totals = HAProxyTable(try lab.place.runtime.worker.ask("show stat -1 4 -1"), separator: ",").rows
                .map { $0["stot"] }
            #expect(report.requests > 100)
            #expect(try lab.backends[2]?.requests() == before)
            #expect(try lab.backends[3]?.requests() == 0)
            #expect(Array(totals.dropFirst()) == ["0", "0"])
            try lab.backends[2]?.setReady(true)
            try TestProgram.wait { try lab.place.runtime.server(ReplicaID("api", 2))?.isProbed == true }
            print("FIGURE restart: \(report.requests) requests, by server \(totals)")
        }
    }

    @Test("a server whose probe fails is not admitted, gets no request, and is nowhere afterwards")
    func refusesUnready() async throws {
        try await withLab { lab in
            try lab.startBackend(1)
            try await lab.admit(1)
            try lab.startBackend(2, ready: false)
            let load = try HAProxyLoad(port: lab.port, directory: lab.directory, connections: 8)
            let error = await #expect(throws: ReportableError.self) { try await lab.admit(2, deadline: .seconds(5)) }
            #expect(error?.code == .replicaFailed)
            #expect(error?.details.joined().contains("503") == true)
            #expect(load.finish().failures == 0)
            #expect(try lab.backends[2]?.requests() == 0)
            try lab.expectEverywhere([1])
        }
    }

    @Test("without a running HAProxy an admission fails clearly and changes nothing, a withdrawal clears the list")
    func worksOnTheDeadEdge() async throws {
        try await withLab { lab in
            try lab.startBackend(1)
            try await lab.admit(1)
            lab.stopHAProxy()
            #expect(await lab.edge.isAnswering(at: lab.directory) == false)
            let error = await #expect(throws: ReportableError.self) { try await lab.admit(2) }
            #expect(error?.message.contains("the edge is not running") == true)
            try lab.expectEverywhere([1])
            #expect(try await lab.withdraw(1) == 0)
            try lab.expectEverywhere([])
        }
    }

    @Test("a file that HAProxy refuses is reported in its words and changes nothing, not even at a restart")
    func refusesBadFiles() async throws {
        try await withLab { lab in
            for number in 1...2 { try lab.startBackend(number) }
            try await lab.admit(1)
            try lab.write(lab.configuration() + "nonsense here\n", to: "edge.cfg")
            let error = await #expect(throws: ReportableError.self) {
                try await lab.edge.reload(at: lab.directory, processID: lab.master)
            }
            #expect(error?.details.joined().contains("unknown keyword 'nonsense'") == true)
            try await lab.admit(2)
            try lab.expectEverywhere([1, 2])
            lab.stopHAProxy()
            try lab.startHAProxy()
            try TestProgram.wait { try lab.place.runtime.servers().allSatisfy(\.isProbed) }
        }
    }

    @Test("what an attempt that was cut short left behind is completed by the next", arguments: LeftOver.allCases)
    func completesLeftOvers(_ leftOver: LeftOver) async throws {
        try await withLab { lab in
            try lab.startBackend(1)
            let server = lab.server(1)
            let runtime = lab.place.runtime
            switch leftOver {
            case .addedOnly: try runtime.add(server, words: "check fastinter 20ms fall 2")
            case .listedAndDraining:
                try await lab.admit(1)
                try runtime.set(server.replica, .drain)
            case .listedAndInMaintenance:
                try await lab.admit(1)
                try runtime.set(server.replica, .maintenance)
            case .readyButNotListed:
                try await lab.admit(1)
                try lab.place.save([], in: try lab.place.accepted())
            case .listedOnly: try lab.place.save([server], in: try lab.place.accepted())
            case .otherAddress:
                let other = Address(host: "127.0.0.1", port: RawConnection.freePort())
                try runtime.add(EdgeBackend(replica: server.replica, address: other), words: "check")
            }
            try await lab.admit(1)
            try lab.expectEverywhere([1])
            try await lab.admit(1)
            try lab.expectEverywhere([1])
            #expect(try await lab.withdraw(1) == 0)
            #expect(try await lab.withdraw(1) == 0)
            try lab.expectEverywhere([])
        }
    }

    enum LeftOver: String, CaseIterable {
        case addedOnly, listedAndDraining, listedAndInMaintenance, readyButNotListed, listedOnly, otherAddress
    }

    /// A lab with a prepared, running HAProxy, ended whatever happens.
    private func withLab(_ body: (HAProxyLab) async throws -> Void) async throws {
        let lab = try HAProxyLab()
        defer { lab.close() }
        try await lab.edge.prepare(at: lab.directory)
        try lab.startHAProxy()
        try await body(lab)
    }
}
