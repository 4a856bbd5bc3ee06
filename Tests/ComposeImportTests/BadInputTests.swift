import Basics
import StackSpec
import Testing

@testable import ComposeImport

@Suite("What is no Compose file")
struct BadInputTests {
    private func refusal(_ text: String) -> [String] {
        do {
            let spec = try translate(text)
            Issue.record("imported:\n\(spec.text)")
            return []
        } catch let error as ReportableError {
            #expect(error.code == .invalidSpec)
            return error.diagnostics.map { "\($0.location): \($0.message)" }
        } catch {
            return ["\(error)"]
        }
    }

    @Test(
        "is refused with its place",
        arguments: [
            ("", "compose.yaml:1:1: the file is empty"),
            ("services: [", "compose.yaml:1:12: this is not YAML: did not find expected node content"),
            ("- a\n- b\n", "compose.yaml:1:1: a Compose file is a map with `services` in it, not a list"),
            ("just words", "compose.yaml:1:1: a Compose file is a map with `services` in it, not just words"),
            ("a: 1\n", "compose.yaml:1:1: this is not a Compose file: it has no `services`"),
            ("services:\n", "compose.yaml:1:1: `services` names no service"),
            ("services: {web: [1]}\n", "compose.yaml:1:12: service web must be a map, not a list"),
            ("services:\n  web:\n    ports: [80]\n", "compose.yaml:2:3: service web has neither an image nor a build"),
            (
                "services:\n  web:\n    extends: {service: base}\n",
                "compose.yaml:3:5: services.web.extends is not followed"
            ),
            (
                "web:\n  image: a\n",
                "compose.yaml:1:1: the services stand at the top, as in the first form of Compose files"
            ),
            (
                "apiVersion: apps/v1\nkind: Deployment\n",
                "compose.yaml:1:1: this is a manifest of Kubernetes, not a Compose file"
            ),
            ("apiVersion: slipway/v1\nstack: shop\nservices: {}\n", "compose.yaml:3:1: `services` names no service"),
            (
                "services:\n  web:\n    image: a\n    image: b\n",
                "compose.yaml:4:5: key image appears twice in one map, first at line 3, column 5"
            ),
            (
                "services:\n  web:\n    image: \"a:${TAG\"\n",
                "compose.yaml:3:12: services.web.image cannot be read: its $ is neither a variable nor $$, which Compose "
                    + "reads as one dollar"
            ),
            ("services:\n  web: {image: !override a}\n", "compose.yaml:2:16: tag !override is not allowed"),
        ]
    )
    func refused(_ text: String, _ message: String) {
        #expect(refusal(text).first == message)
    }

    @Test("ten megabytes are not looked into")
    func huge() {
        let text = "services:\n" + String(repeating: "  # nothing\n", count: 900_000)
        #expect(refusal(text).first?.contains("a Compose file has at most 1MiB") == true)
    }

    @Test("aliases that grow without end are stopped")
    func bomb() {
        var text = "x-0: &a0 [l, o, l]\n"
        for level in 1...20 {
            text += "x-\(level): &a\(level) [\((0..<9).map { _ in "*a\(level - 1)" }.joined(separator: ", "))]\n"
        }
        #expect(
            refusal(text + "services: {web: {image: a}}\n").first?.contains("more than 10000 keys and values") == true
        )
    }

    @Test("hostile texts end in a spec or in a refusal, and never in a crash")
    func hostile() {
        let values = [
            "", "~", "[]", "{}", "[[]]", "{a: {b: c}}", "\"\\u0000\"", "'$'", "'${'", "'${}'", "'${A:-${B}}'",
            "'${A:+b}'",
            "'$$'", "-1", "1e999", "99999999999999999999", "'::'", "':'", "'a:b:c:d'", "'['", "'[::]:1:2'", "'://'",
            "'http://:@:/'", "'http://a:b@,c:1'", "'@'", "'\u{1F600}'", "'a\u{301}'", "'\"'", "\"'\"", "'\\'",
            "[~]", "[1, [2]]", "[{a: b}]", "'web:1'", "'redis://web'", "'/run/secrets/'", "'-p'", "'--a=b'", "*x",
        ]
        let keys = ServiceOmissions.known
        for key in keys {
            for value in values {
                let text =
                    "x: &x {a: [b]}\nservices:\n  web:\n    image: nginx\n    \(key == "image" ? "x-image" : key): \(value)\n  redis: {image: redis}\n"
                _ = try? translate(text)
            }
        }
        for value in values {
            for frame in [
                "image: \(value)", "healthcheck: {test: \(value), interval: \(value)}",
                "deploy: {replicas: \(value), resources: {limits: {cpus: \(value), memory: \(value)}}, update_config: {parallelism: \(value)}}",
                "environment: {URL: \(value), A_PASSWORD: \(value)}",
            ] {
                _ = try? translate("x: &x {a: [b]}\nservices:\n  web:\n    image: a\n    \(frame)\n")
            }
        }
    }
}
