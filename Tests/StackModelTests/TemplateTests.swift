import StackModel
import Testing

@Suite("Templates keep references until the last moment")
struct TemplateTests {
    private let template: Template =
        "redis://\(.secret("redis-app", .user)):\(.secret("redis-app", .value))@\(.service("redis", .hostAndPort))/0"

    @Test("the source text shows names, never values")
    func source() {
        #expect(template.source == "redis://${secret:redis-app.user}:${secret:redis-app}@${service:redis}/0")
    }

    @Test("a volume of the app is named as the spec names it")
    func volume() {
        #expect(Template([.mount("uploads"), .literal("/new")]).source == "${volume:uploads}/new")
    }

    @Test(
        "a dollar of the text itself is written twice where it would begin something",
        arguments: [("$HOME", "$HOME"), ("${x}", "$${x}"), ("$$", "$$$$"), ("$$${x}", "$$$$$${x}"), ("a$$b", "a$$$b")]
    )
    func dollars(text: String, written: String) {
        #expect(Template(text).source == written)
        #expect(Template([.literal(text), .port]).source == written + "${port}")
    }

    @Test("resolving fills in every reference")
    func resolved() {
        let text = template.resolved { segment in
            switch segment {
            case .secret(_, .user): "app"
            case .secret: "s3cret"
            case .service: "127.0.0.1:6379"
            default: "?"
            }
        }
        #expect(text == "redis://app:s3cret@127.0.0.1:6379/0")
    }
}
