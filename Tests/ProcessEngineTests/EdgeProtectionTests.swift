import Basics
import Interfaces
import StackModel
import Testing

@testable import HostAccess
@testable import ProcessEngine

extension DataServices {
    @Suite("What an edge does against too much, and against what is broken") struct EdgeProtectionTests {
        private func withTown(
            replicas: Int = 1,
            interval: TimeSpan = TimeSpan(milliseconds: 200),
            declare: (inout Edge) -> Void,
            _ body: (inout EdgeTown) async throws -> Void
        ) async throws {
            try await Harbour.with { harbour in
                var town = try EdgeTown(harbour, ports: 31_400...31_490)
                declare(&town.edge)
                town.interval = interval
                try await town.build(replicas: replicas)
                try await body(&town)
            }
        }

        @Test("too many requests are told when to come back, and may come back then; the uncounted are never refused")
        func limitsRates() async throws {
            try await withTown(declare: { $0.rateLimit = RateLimit(requests: 4, per: .seconds(2)) }) { town in
                var statuses: [Int] = []
                for _ in 0..<8 { statuses.append(try await town.get("/orders").status) }
                #expect(statuses == [200, 200, 200, 200, 429, 429, 429, 429])
                #expect(try await town.get("/orders").has("retry-after: 2\r\n"))
                for _ in 0..<8 { #expect(try await town.get("/readyz").status == 200) }
                #expect(try await town.get("/.slipway/edge-metrics").status == 200)
                // A proxy on this machine asks for many.
                #expect(try await town.get("/orders", "-H", "X-Forwarded-For: 192.0.2.1").status == 200)
                try await Task.sleep(for: .seconds(4))
                #expect(try await town.get("/orders").status == 200)
                try await town.expectSame([1])
            }
        }

        @Test("a reload forgets nobody who has sent too much")
        func keepsCounts() async throws {
            try await withTown(declare: { $0.rateLimit = RateLimit(requests: 4, per: .seconds(120)) }) { town in
                // A new HAProxy waits this long for a former one to tell it, and passes nothing on before.
                try await Task.sleep(for: .seconds(6))
                for _ in 0..<6 { _ = try await town.get("/orders") }
                for text in ["one", "two", "three"] {
                    town.edge.maintenance = text
                    try await town.deploy()
                    #expect(try await town.get("/orders").status == 429)
                }
                try await town.expectSame([1])
                town.edge.rateLimit = nil
                try await town.deploy()
                #expect(try await town.get("/orders").status == 200)
            }
        }

        @Test("a replica that answers with errors is taken out and comes back", arguments: [false, true])
        func breaksCircuits(reloaded: Bool) async throws {
            let declare: (inout Edge) -> Void = { $0.circuitBreaker = CircuitBreaker(errors: 3) }
            try await withTown(replicas: 2, interval: .seconds(5), declare: declare) { town in
                // The second is one that was added while HAProxy ran; a reload makes it one of the file.
                if reloaded {
                    town.edge.maintenance = "another text"
                    try await town.deploy()
                }
                let port = try #require(try await town.harbour.observed("api-2").port)
                _ = try await town.get("/break", port: port)
                let clock = ContinuousClock()
                var errors = 0
                // Its check passes all the time: it stays out for a while nevertheless.
                let time = try await clock.measure {
                    for _ in 0..<16 where try await town.get("/").status == 500 { errors += 1 }
                    #expect(try await healthy(town) == [1])
                    try await town.expectSame([1, 2])
                    _ = try await town.get("/mend", port: port)
                    try await eventually("it is back") { try await healthy(town) == [1, 2] }
                }
                print("FIGURE circuit breaker: \(errors) errors, back \(time) after the first")
                // A check in between begins the count anew.
                #expect((3...5).contains(errors) && time > .seconds(2.5) && time < .seconds(6))
                var bodies: Set<String> = []
                for _ in 0..<20 { bodies.insert(try await town.get("/").body) }
                #expect(bodies.count == 2)
                try await town.expectSame([1, 2])
            }
        }

        @Test("a route, and the whole edge, is closed and opened again by a reload; its replicas run on")
        func closes() async throws {
            let declare: (inout Edge) -> Void = {
                $0.routes.append(Route(path: "/admin", service: "api"))
                $0.maintenance = "Back at noon: 100% \"sure\""
            }
            try await withTown(declare: declare) { town in
                town.edge.routes[1].closed = true
                try await town.deploy()
                let closed = try await town.get("/admin/users")
                #expect(closed.status == 503 && closed.has("retry-after: 5\r\n"))
                #expect(closed.body == "Back at noon: 100% \"sure\"")
                #expect(try await town.get("/orders").status == 200)
                town.edge.closed = true
                try await town.deploy()
                #expect(try await town.get("/orders").body == "Back at noon: 100% \"sure\"")
                #expect(try await town.get("/.slipway/edge-metrics").status == 200)
                #expect(try await healthy(town) == [1])
                try await town.expectSame([1])
                (town.edge.closed, town.edge.routes[1].closed) = (nil, nil)
                try await town.deploy()
                #expect(try await town.get("/admin/users").status == 200)
                #expect(try await town.get("/orders").status == 200)
                // The same page where no replica is there.
                try await town.harbour.perform(.drain("api-1", deadline: .seconds(1)))
                let empty = try await town.get("/orders")
                #expect(empty.status == 503 && empty.has("retry-after: 5\r\n") && empty.body == closed.body)
                try await town.expectSame([])
            }
        }

        private func healthy(_ town: EdgeTown) async throws -> [Int] {
            try await town.harbour.engine.edge.servers(at: town.directory).filter(\.healthy).map(\.replica.number)
        }
    }
}
