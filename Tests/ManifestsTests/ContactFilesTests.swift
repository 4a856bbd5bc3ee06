import Basics
import StackModel
import Testing

@testable import Manifests

@Suite("Contacts in rendered files")
struct ContactFilesTests {
    private static let contacts = [
        Contact(name: "whole", way: .secretWebhook(url: "\(.secret("hook", .value))")),
        Contact(name: "part", way: .secretWebhook(url: "https://h.example:8443/\(.secret("hook", .value))/in")),
        Contact(name: "taken", way: .webhook(url: "https://h.example/canary-7f3a"), isHandedOn: true),
        Contact(name: "plain", way: .webhook(url: "https://h.example/plain")),
        Contact(
            name: "mail",
            way: .email(
                to: "a@b.example",
                from: "c@b.example",
                smarthost: "m.example:587",
                user: "me",
                password: "mail"
            )
        ),
    ]

    private static func stack(_ contacts: [Contact] = contacts, of stack: Stack) -> Stack {
        var stack = stack
        stack.contacts = contacts
        stack.secrets += ["hook", "mail"].map { SecretDeclaration(name: $0, kind: .given, from: "X") }
        return stack.withCompanions()
    }

    @Test(
        "in containers Alertmanager reads what nobody else may from files",
        arguments: [ManifestTarget.compose, .kubernetes]
    )
    func readsFiles(_ target: ManifestTarget) throws {
        let stack = Self.stack(of: target == .compose ? ComposeStack.stack() : KubernetesStacks.everything)
        let files = try StackManifests.files(of: stack, for: target)
        let text = try #require(files.first { $0.path == "alertmanager/alertmanager.yml" }?.content)
        for line in [
            "url_file: /run/secrets/hook", "url_file: /run/secrets/contact.part.url",
            "url_file: /run/secrets/contact.taken.url", "url: https://h.example/plain", "auth_username: me",
            "auth_password_file: /run/secrets/mail",
        ] {
            #expect(text.contains("\(line)\n"), "\(line)")
        }
        let script = try #require(files.first { $0.path == "secrets.sh" }?.content)
        #expect(script.contains("given contact.taken.url CONTACT_TAKEN_URL \"${CONTACT_TAKEN_URL-}\"\n"))
        #expect(script.contains("printf '%s' 'https://h.example:8443/'\n    value hook\n    printf '%s' '/in'\n"))
        #expect(script.contains("put 'secrets/contact.part.url' \"$mode\""))
        for file in ["hook", "contact.part.url", "contact.taken.url", "mail"] {
            #expect(
                files.contains { !$0.path.hasPrefix("secrets") && $0.content.contains("secrets/\(file)") },
                "\(file)"
            )
        }
        #expect(!files.contains { $0.content.contains("canary-7f3a") })
    }

    @Test("on the process engine the address is filled in where it is read, and amtool accepts it")
    func fillsIn() throws {
        let stack = Self.stack(Self.contacts.filter { $0.name != "whole" }, of: ShopStack.stack())
        let shop = ShopStack.inputs(stack)
        let secrets = shop.secrets.merging(["hook": 1, "mail": 1]) { own, _ in own }
        let inputs = ManifestInputs(stack: stack, addresses: shop.addresses, sources: shop.sources, secrets: secrets)
        let template = try #require(try ProcessManifests.templates(inputs)["alertmanager"])
        #expect(template.secrets == ["hook": 1, "mail": 1])
        #expect(template.files.map(\.path) == ["alertmanager.yml", "mail.secret"])
        let replica = try RenderedReplica(template, port: 9093)
        defer { replica.remove() }
        let text = try replica.file("alertmanager.yml")
        // Once for each severity.
        #expect(text.split(separator: "url: \"https://h.example:8443/hook-value/in\"\n").count == 3, "\(text)")
        #expect(text.contains("url: https://h.example/canary-7f3a\n"))
        let checked = try run(["amtool", "check-config", "\(replica.directory)/alertmanager.yml"])
        #expect(checked.status == 0, "\(checked.output)")
    }

    @Test("the set for process shows references, and nothing that was handed on")
    func isForReading() throws {
        var stack = Self.stack(of: ShopStack.stack())
        for index in stack.services.indices {
            guard case .app(var app) = stack.services[index].kind, app.port != nil else { continue }
            app.env["TAKEN"] = "canary-7f3a"
            app.handedOn = ["TAKEN"]
            stack.services[index].kind = .app(app)
        }
        let files = try StackManifests.files(of: stack, for: .process)
        let texts = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.content) })
        #expect(!files.contains { $0.content.contains("canary-7f3a") })
        #expect(texts["api/service.json"]?.contains("\"TAKEN\": \"from the caller's environment\"") == true)
        #expect(texts["alertmanager/alertmanager.yml"]?.contains("url: \"${secret:hook}\"") == true)
        // What the same thing is called in every other set.
        #expect(texts["edge/haproxy.cfg"] != nil && texts["edge/edge.cfg"] == nil)
        #expect(texts["README.md"]?.contains("Nothing\nhere is started by hand.") == true)
    }

    @Test("a mail server or a webhook on localhost is said to reach nobody from a container")
    func namesLocalhost() {
        for (address, isHere) in [
            ("localhost:25", true), ("127.0.0.1:25", true), ("http://localhost/x", true), ("https://[::1]:1/x", true),
            ("localhost.example.com:25", false), ("https://example.com/localhost", false),
        ] {
            #expect(ContactOmissions.isHere(address) == isHere, "\(address)")
        }
        let stack = Self.stack(
            [
                Contact(name: "mail", way: .email(to: "a@b.c", from: "a@b.c", smarthost: "localhost:25")),
                Contact(name: "hook", way: .webhook(url: "http://127.0.0.1:8080/")),
            ],
            of: ShopStack.stack()
        )
        for target in [ManifestTarget.compose, .kubernetes] {
            let paths = StackManifests.omissions(of: stack, for: target).map { $0.path.joined(separator: ".") }
            #expect(paths.contains("contacts.mail.email.smarthost") && paths.contains("contacts.hook.webhook.url"))
        }
        #expect(StackManifests.omissions(of: stack, for: .process).isEmpty)
    }

    @Test("a cluster lets Alertmanager out to the port of each address")
    func opensPorts() {
        #expect(ContactPorts.ports(of: Self.stack(of: ShopStack.stack())) == [443, 587, 8443])
    }
}
