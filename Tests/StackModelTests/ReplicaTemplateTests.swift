import Basics
import StackModel
import Testing

@Suite("A template says what must be replaced and what may be reloaded")
struct ReplicaTemplateTests {
    private func template(_ configuration: Template, reload: ReloadRule?) -> ReplicaTemplate {
        ReplicaTemplate(
            service: "redis",
            kind: "redis",
            command: ["redis-server"],
            files: [RenderedFile(path: "users.acl", content: configuration, reloadable: true)],
            secrets: ["redis-app": 1],
            reload: reload
        )
    }

    @Test("a reloadable file changes the configuration but not the revision")
    func reloadable() {
        let old = template("user a on", reload: .redisACL)
        let new = template("user a off", reload: .redisACL)
        #expect(old.revision == new.revision)
        #expect(old.configuration != new.configuration)
    }

    @Test("how long an edge may take to end is taken up without closing its port")
    func graceOfAnEdge() {
        var edge = template("", reload: .edge)
        let (revision, configuration) = (edge.revision, edge.configuration)
        edge.stop.grace = .seconds(300)
        #expect(edge.revision == revision)
        #expect(edge.configuration != configuration)
        var app = template("", reload: nil)
        let before = app.revision
        app.stop.grace = .seconds(300)
        #expect(app.revision != before)
    }

    @Test("without a rule to reload by, every change is a new revision")
    func restart() {
        #expect(template("user a on", reload: nil).revision != template("user a off", reload: nil).revision)
    }

    @Test("a secret that only a reloadable file names does not force a restart")
    func secretInReloadableFile() {
        var old = template("user \(.secret("redis-app", .sha256))", reload: .redisACL)
        let before = old.revision
        old.secrets["redis-app"] = 2
        #expect(old.revision == before)
    }

    @Test("a secret in the environment forces a restart")
    func secretInEnvironment() {
        var old = template("", reload: .redisACL)
        old.environment["PASSWORD"] = "\(.secret("redis-app", .value))"
        let before = old.revision
        old.secrets["redis-app"] = 2
        #expect(old.revision != before)
    }
}
