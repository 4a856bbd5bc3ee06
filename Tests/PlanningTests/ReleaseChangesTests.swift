import Basics
import Planning
import StackModel
import Testing

@Suite struct ReleaseChangesTests {
    @Test("a changed variable is shown with both values, unless it looks like a credential")
    func variables() {
        let old = Shop()
        var new = Shop()
        new.version = "1.1.0"
        let lines = ReleaseChanges.between(old.release, new.release)
        #expect(lines.contains("api.env.APP_VERSION: 1.0.0 -> 1.1.0"))
        #expect(lines.contains("api.env.DATABASE_PASSWORD: changed"))
    }

    @Test(
        "what looks like a credential is not repeated",
        arguments: [
            ("API_TOKEN", "x"), ("URL", "redis://app:hunter2@host/0"), ("stripe_key", "sk"), ("DB_PWD", "a"),
            ("STRIPE_SK", "b"),
        ]
    )
    func credentials(variable: String, value: String) {
        let lines = ReleaseChanges.between(release([variable: "before"]), release([variable: value]))
        #expect(lines == ["api.env.\(variable): changed"])
    }

    @Test("what came from the caller's environment is not repeated, whatever it is called", arguments: [true, false])
    func handedOn(before: Bool) {
        func release(_ value: String, _ isHandedOn: Bool) -> Release {
            self.release(["GREETING": Template(value)], handedOn: isHandedOn ? ["GREETING"] : [])
        }
        let lines = ReleaseChanges.between(release("hunter2", before), release("hunter3", !before))
        #expect(lines == ["api.env.GREETING: changed"])
    }

    @Test("an address without a user name is shown")
    func plainAddress() {
        let lines = ReleaseChanges.between(release(["URL": "http://a/x"]), release(["URL": "http://b/x@y"]))
        #expect(lines == ["api.env.URL: http://a/x -> http://b/x@y"])
    }

    @Test("a first release lists what is new, an equal one nothing, another text of the same meaning says so")
    func edges() {
        let release = release([:])
        #expect(ReleaseChanges.between(nil, release) == ["api: new app, 1 replica"])
        #expect(ReleaseChanges.between(release, release).isEmpty)
        let lines = ReleaseChanges.between(release, self.release([:], spec: "# a comment"))
        #expect(lines == ["the text of the stack file changed, its meaning did not"])
    }

    private func release(_ variables: [String: Template], handedOn: [String] = [], spec: String = "") -> Release {
        let app = Service(name: "api", kind: .app(App(env: variables, handedOn: handedOn)))
        let stack = Stack(name: "shop", environment: "local", engine: .process, services: [app])
        let template = ReplicaTemplate(service: "api", kind: "app", command: ["run"], environment: variables)
        let contents = Release.Contents(
            stack: stack,
            spec: spec,
            addresses: [:],
            secrets: [:],
            templates: ["api": template]
        )
        return Release(
            number: 1,
            contents: contents,
            createdAt: Instant(milliseconds: 0),
            createdBy: "test",
            reason: "test"
        )
    }

    private func release(_ variables: [String: String]) -> Release { release(variables.mapValues { Template($0) }) }
}
