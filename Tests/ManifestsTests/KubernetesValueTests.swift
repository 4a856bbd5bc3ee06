import Basics
import Manifests
import StackModel
import Testing

@Suite("Kubernetes: what a container gets")
struct KubernetesValueTests {
    /// Texts that some reader on the way could take for something else.
    private static let hostile: [String] = [
        "\"quoted\" and 'quoted'", "several\nlines\n", "{{ template }}", "${HOME} $HOME $(X) $$(X) $", "!tag", "no",
        "08",
        "1e3", "", " ", "- a", "a: b", "# c", "über $é 漢字 🙂", "tab\tand \\n", "~", "*a", "&b", "%", "@",
        String(repeating: "long ", count: 400), "2001-01-01", "0x1F", "null", "\u{85}\u{2028}", "a \nb", "\n",
    ]

    @Test("is what the spec says, whatever it is")
    func survives() throws {
        for text in Self.hostile {
            let stack = Self.stack(command: ["run", Template(text)], env: ["VALUE": Template(text)])
            let container = try Self.container(of: stack)
            let value = container.at("env.*").first { $0?["name"] == "VALUE" }??["value"]?.string
            #expect(value.map { Self.expanded($0) } == text)
            #expect(container["command"]?.elements.last?.string.map { Self.expanded($0) } == text)
        }
    }

    @Test("is a secret in the middle of a text of any kind")
    func isPutTogether() throws {
        for text in Self.hostile {
            let template = Template([.literal(text), .secret("key", .value), .literal(text)])
            let container = try Self.container(of: Self.stack(env: ["SECRET_KEY": template]))
            let variables = container.at("env.*").compactMap { $0 }
            // The variable of the secret has another name than the spec's, and stands before it.
            #expect(variables.first?["name"] == "_SECRET_KEY")
            #expect(variables.first?["valueFrom"]?["secretKeyRef"]?["name"] == "key")
            let value = variables.first { $0["name"] == "SECRET_KEY" }?["value"]?.string
            #expect(value.map { Self.expanded($0, ["_SECRET_KEY": "s3cret"]) } == text + "s3cret" + text)
        }
    }

    @Test("is never a value that somebody handed on")
    func keepsWhatIsHandedOn() throws {
        var app = Self.app(env: ["TRACKER": "canary-7f3a"])
        app.handedOn = ["TRACKER"]
        let stack = Self.stack(app)
        let files = try StackManifests.files(of: stack, for: .kubernetes)
        #expect(!files.contains { $0.content.holds("canary-7f3a") })
        let variable = try Self.container(of: stack).at("env.*").first { $0?["name"] == "TRACKER" } ?? nil
        #expect(variable?["valueFrom"]?["secretKeyRef"]?["key"] == "TRACKER")
    }

    /// As the kubelet does it.
    private static func expanded(_ text: String, _ variables: [String: String] = [:]) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...].dropFirst()
            if rest.first == "$" {
                result += "$"
                rest = rest.dropFirst()
            } else if rest.first == "(", let end = rest.firstIndex(of: ")") {
                let name = String(rest[..<end].dropFirst())
                result += variables[name] ?? "$(\(name))"
                rest = rest[end...].dropFirst()
            } else {
                result += "$"
            }
        }
        return result + rest
    }

    private static func container(of stack: Stack) throws -> ManifestValue {
        let objects = try KubernetesObjects(stack)
        let container = try #require(objects.one("Deployment", "app")).podTemplate?.at("spec.containers.*").first ?? nil
        return try #require(container)
    }

    private static func app(command: [Template] = ["run"], env: [String: Template]) -> App {
        App(image: "app:1", command: command, env: env)
    }

    private static func stack(command: [Template] = ["run"], env: [String: Template]) -> Stack {
        stack(app(command: command, env: env))
    }

    private static func stack(_ app: App) -> Stack {
        Stack(
            name: "test",
            environment: "test",
            engine: .kubernetes,
            services: [Service(name: "app", kind: .app(app))],
            secrets: [SecretDeclaration(name: "key", kind: .random)]
        )
    }
}
