import Basics
import StackModel
import Testing

@testable import StackSpec

@Suite("Contacts")
struct ContactTests {
    private func load(_ contact: String, _ variables: [String: String] = [:]) -> LoadedSpec {
        let rest = "secrets: {hook: {kind: given}, mail: {kind: given}}\ncontacts:\n  someone: \(contact)\n"
        return StackSpecTests.load(spec("prometheus: {kind: prometheus}", rest), variables: variables)
    }

    private func contact(_ text: String, _ variables: [String: String] = [:]) throws -> Contact {
        let loaded = load(text, variables)
        return try #require(loaded.stack?.contacts?.first, "\(loaded.messages)")
    }

    @Test("the address of a webhook may be a secret, or have one in it")
    func secretAddress() throws {
        let whole = try contact("{webhook: {url: \"${secret:hook}\"}}")
        #expect(whole.way == .secretWebhook(url: "\(.secret("hook", .value))") && whole.isHandedOn == nil)
        let part = try contact("{webhook: {url: \"https://hooks.example.com/${secret:hook}/in\"}}")
        #expect(part.way == .secretWebhook(url: "https://hooks.example.com/\(.secret("hook", .value))/in"))
        for (text, message) in [
            ("${secret:hok}", "error: unknown secret hok"),
            ("ftp://${secret:hook}", "error: url must be an address that begins with https:// or http://"),
            ("https://${secret:hook}/${PART}", "error: url must be made of secrets or of variables"),
            ("https://${service:prometheus}", "error: ${service:prometheus} cannot be used in url"),
        ] {
            let loaded = load("{webhook: {url: \"\(text)\"}}", ["PART": "x"])
            #expect(loaded.stack == nil && loaded.messages.contains { $0.hasPrefix(message) }, "\(loaded.messages)")
        }
    }

    @Test(
        "an address that is a credential is told, and refused strictly",
        arguments: [
            ("https://hooks.slack.com/services/T0000/B0000/XXXXXXXXXXXX", true),
            ("https://me:hunter2secret@example.com/in", true), ("https://example.com/in?a=b&token=hunter2secret", true),
            ("https://example.com/alerts?team=shop", false), ("https://example.com/in?token=${secret:hook}", false),
            ("https://me:${secret:hook}@example.com/", false), ("https://example.com/in?token=${PART}", false),
        ]
    )
    func credentials(_ url: String, _ isTold: Bool) {
        let rest = "secrets: {hook: {kind: given}}\ncontacts:\n  someone: {webhook: {url: \"\(url)\"}}\n"
        let text = SpecText(file: "stack.yaml", bytes: Array(spec("prometheus: {kind: prometheus}", rest).utf8))
        for strict in [false, true] {
            let loaded = SpecLoader.load(text, environment: nil, variables: ["PART": "hunter2secret"], isStrict: strict)
            #expect(loaded.messages.count == (isTold ? 1 : 0), "\(loaded.messages)")
            #expect((loaded.stack == nil) == (strict && isTold))
            #expect(!loaded.diagnostics.contains { $0.rendered.contains("hunter2") })
        }
    }

    @Test("an address from the caller's environment is marked, so that no rendered file shows it")
    func handedOnAddress() throws {
        let hook = try contact("{webhook: {url: \"https://hooks.example.com/${PART}\"}}", ["PART": "x"])
        #expect(hook.way == .webhook(url: "https://hooks.example.com/x") && hook.isHandedOn == true)
        #expect(try contact("{webhook: {url: \"https://hooks.example.com/x\"}}").isHandedOn == nil)
    }

    @Test("a mail server is logged in to with a user and the name of a secret")
    func login() throws {
        let mail = "to: a@b.example, from: c@b.example, smarthost: \"mail.b.example:587\""
        let expected = Contact.Way.email(
            to: "a@b.example",
            from: "c@b.example",
            smarthost: "mail.b.example:587",
            user: "alerts",
            password: "mail"
        )
        for password in ["mail", "\"${secret:mail}\""] {
            #expect(try contact("{email: {\(mail), user: alerts, password: \(password)}}").way == expected)
        }
        #expect(load("{email: {\(mail), user: alerts}}").messages == ["error: email has a user and no password"])
        #expect(load("{email: {\(mail), password: mail}}").messages == ["error: email has a password and no user"])
        #expect(load("{email: {\(mail), user: alerts, password: mial}}").messages == ["error: unknown secret mial"])
    }

    @Test("what else comes from the caller's environment is told where it is rendered, and a credential is refused")
    func shownVariables() throws {
        let text = spec(
            """
            api:
              command: [run, "${MODE}"]
              image: "example/api:${TAG}"
              port: 80
              env: {KEPT: "${HIDDEN}"}
            edge: {kind: edge, listen: 8080, routes: [{path: /, service: api}], maintenance: "Call ${API_TOKEN}"}
            prometheus: {kind: prometheus}
            """,
            "contacts: {hook: {webhook: {url: \"https://h.example/${HOOK_TOKEN}\"}}}\n"
        )
        let values = ["MODE": "m", "TAG": "t", "HIDDEN": "h", "API_TOKEN": "a", "HOOK_TOKEN": "k"]
        let loaded = StackSpecTests.load(text, variables: values)
        #expect(loaded.stack != nil, "\(loaded.messages)")
        #expect(
            loaded.shownVariables().map(\.line) == [
                "stack.yaml:5:21: warning: services.api.command.1: the files hold the value that ${MODE} has now",
                "stack.yaml:6:25: warning: services.api.image: the files hold the value that ${TAG} has now",
                "stack.yaml:9:90: error: services.edge.maintenance takes the credential ${API_TOKEN}, which the files "
                    + "would show",
            ]
        )
    }

    @Test("a value that an anchor repeats is looked at in every place, whichever comes first")
    func shownAnchors() throws {
        for (first, second) in [("env: {KEPT: &x ", "command: [run, *x]"), ("command: [run, &x ", "env: {KEPT: *x}")] {
            let end = first.hasPrefix("env") ? "}" : "]"
            let text = spec("api:\n  image: a\n  \(first)\"${API_TOKEN}\"\(end)\n  \(second)\n")
            let loaded = StackSpecTests.load(text, variables: ["API_TOKEN": "a"])
            #expect(loaded.stack != nil, "\(loaded.messages)")
            #expect(loaded.shownVariables().map(\.message).contains { $0.hasPrefix("services.api.command.1 takes") })
        }
    }
}
