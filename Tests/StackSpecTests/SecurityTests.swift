import Basics
import StackModel
import Testing

@testable import StackSpec

@Suite("What a spec allows a container")
struct SecurityTests {
    private static let cluster = "environments: {there: {engine: kubernetes}}\n"

    private func loaded(_ security: String) -> LoadedSpec {
        load(spec("db: {image: \"mysql:8\", security: \(security)}", Self.cluster))
    }

    @Test("is read as it is written, each capability once")
    func isRead() throws {
        let app = try #require(loaded("{user: 0, readOnlyRoot: false, capabilities: [SETUID, CHOWN, CHOWN]}").app("db"))
        #expect(app.security == AppSecurity(user: 0, readOnlyRoot: false, capabilities: [.changeOwner, .setUser]))
        #expect(app.security?.capabilities == [.changeOwner, .setUser])
        let other = try #require(loaded("{user: 1000, group: 50}").app("db"))
        #expect(other.security == AppSecurity(user: 1000, group: 50))
        #expect(load(spec("db: {image: x}", Self.cluster)).app("db")?.security == nil)
    }

    @Test(
        "is refused where it could not hold, or would be more than a container may",
        arguments: [
            ("{user: 1000, capabilities: [CHOWN]}", "capabilities are root's, and the user is 1000"),
            ("{group: 50}", "security has a group without a user"),
            ("{capabilities: [SYS_ADMIN]}", "SETUID, SYS_CHROOT, not SYS_ADMIN"),
            ("{user: mysql}", "user must be a whole number"),
            ("{read_only: false}", "unknown key read_only in security"),
        ]
    )
    func isRefused(_ security: String, _ message: String) {
        let messages = loaded(security).messages
        #expect(messages.count == 1 && messages[0].hasPrefix("error: ") && messages[0].contains(message), "\(messages)")
    }

    @Test("means nothing to the process engine, which says so")
    func process() {
        let loaded = load(spec("db: {command: [run], security: {user: 0}}"))
        #expect(loaded.stack != nil)
        #expect(
            loaded.messages == [
                "warning: security of db means nothing to the process engine: a program has no container, and runs as a "
                    + "user without rights"
            ]
        )
    }

    @Test("a host without a path to ask it for is refused, and one with a path is read")
    func host() throws {
        let text = spec("api: {command: [run], port: 80, health: {host: shop.example.com}}")
        #expect(load(text).messages == ["error: health has a host, and no path to ask it for"])
        let good = spec("api: {command: [run], port: 80, health: {readiness: /readyz, host: shop.example.com}}")
        #expect(load(good).app("api")?.health.host == "shop.example.com")
    }

    @Test("two edges have one door in a cluster, unless one of them is for the machine alone")
    func doors() {
        func messages(_ second: String, host: String = "", engine: String = "kubernetes") -> [String] {
            let services = """
                api: {image: x, port: 80, command: [run]}
                one: {kind: edge, listen: 8080, routes: [{path: /, service: api}]}
                two: {kind: edge, listen: \(second), routes: [{path: /, \(host)service: api}]}
                """
            let loaded = load(spec(services, "environments: {there: {engine: \(engine)}}\n"))
            return loaded.diagnostics.filter { $0.severity == .error }.map(\.message)
        }
        #expect(messages("8081") == ["route / of two is one of one too, and a cluster has one door for both"])
        #expect(messages("127.0.0.1:8081") == [] && messages("8081", host: "host: b.example, ") == [])
        #expect(messages("8081", engine: "docker") == [])
    }
}
