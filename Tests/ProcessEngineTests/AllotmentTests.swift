import Basics
import Glibc
import HostAccess
import StackModel
import Testing

@testable import ProcessEngine

@Suite struct AllotmentTests {
    @Test("many stacks that ask at the same moment get ports of their own, and the same ones ever after")
    func concurrent() async throws {
        try await Harbour.with { harbour in
            let stacks = (0..<8).map { number in
                Stack(
                    name: StackName(unchecked: "stack-\(number)"),
                    environment: "local",
                    engine: .process,
                    services: [
                        Service(name: "redis", kind: .redis(Redis())),
                        Service(name: "postgres", kind: .postgres(Postgres(database: "shop"))),
                    ]
                )
            }
            let books = try await withThrowingTaskGroup(of: AddressBook.self) { group in
                for stack in stacks {
                    // Each with an engine of its own, as two commands would have.
                    let runner = LiveCommandRunner()
                    let engine = ProcessEngine(
                        home: harbour.home,
                        runner: runner,
                        http: LiveHTTPTransport(),
                        edge: HAProxyEdge(runner: runner)
                    )
                    group.addTask { try await engine.addresses(for: stack) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let ports = books.flatMap(\.values).map(\.port)
            #expect(ports.count == 16 && Set(ports).count == 16)
            #expect(ports.allSatisfy { AllotmentBook.ports.contains($0) })
            for stack in stacks { #expect(books.contains(try await harbour.engine.addresses(for: stack))) }
        }
    }

    @Test("a service has the address of its edge, or else its declared port")
    func addresses() throws {
        var book = AllotmentBook(home: "/var/lib/slipway")
        let stack = Stack(
            name: "shop",
            environment: "local",
            engine: .process,
            services: [
                Service(name: "api", kind: .app(App(port: 8000))), Service(name: "admin", kind: .app(App(port: 9000))),
                Service(name: "worker", kind: .app(App())), Service(name: "redis", kind: .redis(Redis())),
                Service(name: "edge", kind: .edge(Edge(listen: 8080, routes: [Route(path: "/", service: "api")]))),
            ]
        )
        let addresses = try book.addresses(for: stack) { $0 == 20_005 }
        #expect(
            addresses == [
                "api": Address(host: "127.0.0.1", port: 8080), "admin": Address(host: "127.0.0.1", port: 9000),
                "redis": Address(host: "127.0.0.1", port: 20_005), "edge": Address(host: "127.0.0.1", port: 8080),
            ]
        )
        #expect(try book.addresses(for: stack) { _ in true } == addresses)
    }

    @Test("a data service gets another port when a stranger has taken its own, and keeps it while it listens itself")
    func lostServicePort() async throws {
        try await Harbour.with { harbour in
            let redis = Service(name: "redis", kind: .redis(Redis()))
            let stack = Stack(
                name: harbour.stack.stack,
                environment: harbour.stack.environment,
                engine: .process,
                services: [redis]
            )
            let first = try await #require(harbour.engine.addresses(for: stack)["redis"]).port
            var own = Apps.server(port: .fixed(first))
            own = ReplicaTemplate(
                service: "redis",
                kind: "app",
                command: own.command,
                environment: own.environment,
                files: own.files,
                port: own.port,
                probe: own.probe,
                probeTiming: own.probeTiming
            )
            try await harbour.start(own)
            try await harbour.awaitReady(own)
            #expect(try await harbour.engine.addresses(for: stack)["redis"]?.port == first)
            try await harbour.stop(own)
            let stranger = try TestListener(port: first)
            let second = try await #require(harbour.engine.addresses(for: stack)["redis"]).port
            stranger.leave()
            #expect(second != first)
            #expect(try await harbour.engine.addresses(for: stack)["redis"]?.port == second)
        }
    }

    @Test("a port is free where a service will bind it, whoever listens at another address")
    func freeAtHost() throws {
        let port = try #require((30_400...30_500).first { Ports.isFree($0) })
        let other = try TestListener(port: port)
        defer { other.leave() }
        #expect(!Ports.isFree(port) && !Ports.isFree(port, at: "127.0.0.1"))
        #expect(Ports.isFree(port, at: "127.0.0.2"))
        #expect(!Ports.isFree(port, at: "localhost"))
    }

    @Test("a remembered port that somebody else took is given up for another")
    func taken() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            try await harbour.start(app)
            let port = try await #require(harbour.observed("api-1").port)
            try await harbour.stop(app)
            let other = try TestListener(port: port)
            defer { other.leave() }
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            #expect(try await harbour.observed("api-1").port != port)
        }
    }

    @Test("a book that cannot be read is not taken for empty, and not written over")
    func unreadable() async throws {
        try await Harbour.with { harbour in
            let path = "\(harbour.home)/allotments.json"
            symlink("elsewhere", path)
            let app = Apps.server()
            let error = await #expect(throws: ReportableError.self) { try await harbour.start(app) }
            #expect(error?.message.hasPrefix("cannot read \(path)") == true)
            var status = stat()
            #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
            try Disk.remove(file: path)
        }
    }

    @Test("user numbers come from where systemd and Debian allot none; those allotted before stay")
    func users() async throws {
        var book = AllotmentBook(home: "/var/lib/slipway")
        let number = try book.unusedUser { _ in true }
        #expect((65_536...99_999).contains(number))
        book[StackID("shop", "local")].users["api"] = number
        #expect(try book.unusedUser { $0 != number + 1 } == number + 2)
        try await Harbour.with { harbour in
            let stack = harbour.stack
            try await harbour.engine.allotments.change { (book) throws(ReportableError) in
                book[stack].users["api"] = 61_234
            }
            #expect(try await harbour.engine.accounts.number(of: "api", in: stack) == 61_234)
        }
    }

    @Test("a container that has no users above 65535 gets numbers below")
    func containers() {
        #expect(UserMap("         0          0 4294967295\n").maps(AllotmentBook.users))
        #expect(!UserMap("         0     100000      65536\n").maps(AllotmentBook.users))
        #expect(UserMap("         0     100000      65536\n").maps(AllotmentBook.lowUsers))
        #expect(UserMap("").maps(AllotmentBook.users))
    }

    @Test("a home that is there keeps its mode, and one that everyone may write to is refused")
    func home() async throws {
        try await Harbour.with { harbour in
            let stack = Stack(name: "shop", environment: "local", engine: .process, services: [])
            var status = stat()
            for mode: mode_t in [0o755, 0o751] {
                chmod(harbour.home, mode)
                _ = try await harbour.engine.addresses(for: stack)
                #expect(stat(harbour.home, &status) == 0 && status.st_mode & 0o7777 == mode)
            }
            chmod(harbour.home, 0o1777)
            let error = await #expect(throws: ReportableError.self) {
                try await harbour.engine.addresses(for: stack)
            }
            #expect(error?.message == "every user of the machine may write to \(harbour.home)")
            #expect(stat(harbour.home, &status) == 0 && status.st_mode & 0o7777 == 0o1777)
        }
    }
}
