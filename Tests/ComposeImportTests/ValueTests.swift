import Basics
import StackModel
import StackSpec
import Testing

@testable import ComposeImport

@Suite("Values, ports and folders of a Compose file")
struct ValueTests {
    private func services(_ text: String) throws -> ImportedSpec { try translate("services:\n" + text) }

    private func left(_ spec: ImportedSpec, _ part: String) -> Bool {
        spec.leftOut.contains { $0.message.contains(part) }
    }

    @Test("what an env_file has in single quotes is text, and names may have dots")
    func literalValues() throws {
        let text =
            "services:\n  a: {image: a, env_file: [one.env], environment: {spring.application.name: shop, "
            + "spring.datasource.url: \"jdbc:postgresql://x/${DB_NAME}\", server.port: \"${PORT:-80}\"}}\n"
        let spec = try translate(text, files: ["one.env": "A='pa$B ${C}'\nD=\"${E:-f}\"\nes.size=1\n"])
        for line in [
            "A: pa$B $${C}", "D: \"${E:-f}\"", "es.size: \"1\"", "spring.application.name: shop",
            "jdbc:postgresql://x/${secret:db-name}", "server.port: \"80\"",
        ] {
            #expect(spec.text.replacing("\"pa$B $${C}\"", with: "pa$B $${C}").contains(line), "\(line)\n\(spec.text)")
        }
        #expect(spec.variables.map(\.name) == ["DB_NAME"])
    }

    @Test("a variable that is only named may be missing, and a credential that is must be given; both are said")
    func handedOn() throws {
        let spec = try services("  a: {image: a, environment: [HTTP_PROXY, API_KEY, spring.x]}\n")
        #expect(spec.text.contains("HTTP_PROXY: \"${HTTP_PROXY:-}\"") && spec.text.contains("${secret:api-key}"))
        #expect(spec.variables.map(\.name) == ["API_KEY"])
        #expect(spec.said.contains("environment.HTTP_PROXY: empty where nobody sets it"))
        #expect(spec.said.contains("environment.API_KEY: has to be given") && left(spec, "environment.spring.x"))
    }

    @Test(
        "of several ports the one with HTTP is the app's",
        arguments: [
            ("ports: ['22:22', '3000:3000']", 3000), ("ports: ['222:22', '443:443', '8080:80']", 80),
            ("ports: ['1883:1883', '9443:9443', '18083:18083']", 9443),
            ("ports: ['8080:8080', '9998:9998'], healthcheck: {test: curl -f http://localhost:9998/up}", 9998),
            ("ports: ['2222:22']", 22), ("ports: ['9000:9000']", 9000),
        ]
    )
    func ports(_ text: String, _ port: Int) throws {
        let spec = try services("  a: {image: a, \(text)}\n")
        #expect(spec.text.contains("    port: \(port)\n"), "\(spec.text)")
        #expect(spec.text.contains("kind: edge") == (port != 22))
    }

    @Test("another program of a known image has no port of that image")
    func otherProgram() throws {
        let spec = try services(
            "  cron: {image: \"nextcloud:29\", entrypoint: /cron.sh}\n  app: {image: \"nextcloud:29\"}\n"
        )
        #expect(spec.text.split(separator: "port: 80").count == 2, "\(spec.text)")
    }

    @Test("icons of private planes are kept, wherever they stand, and are no references")
    func privatePlanes() throws {
        let text =
            "services: {a: {image: a, env_file: a.env, environment: {X: \"\u{F0000}${Y:-\u{F0001}}\", Z: \"\\U000F0000\"}}}\n"
        let spec = try translate(text, files: ["a.env": "W=\u{10FFFD}\n"])
        let variables = ["Y": "y"]
        let loaded = SpecLoader.load(
            SpecText(file: "s", bytes: Array(spec.text.utf8)),
            environment: nil,
            variables: variables
        )
        guard case .app(let app)? = loaded.stack?.service("a")?.kind else {
            Issue.record("\(loaded.diagnostics)\n\(spec.text)")
            return
        }
        #expect(app.env["X"] == "\u{F0000}y" && app.env["Z"] == "\u{F0000}" && app.env["W"] == "\u{10FFFD}")
        #expect(spec.text.contains("${Y:-"))
    }

    @Test("what Compose builds is called as Compose calls it, whatever the stack is called")
    func builtImages() throws {
        func image(_ top: String, name: StackName? = nil, project: String? = nil) throws -> String {
            let text = SpecText(file: "c", bytes: Array("\(top)services: {web: {build: .}}\n".utf8))
            let input = ComposeInput(text: text, name: name, folder: "My_Shop.2", project: project)
            let line = try ComposeImport.translate(input).text.split(separator: "\n").first { $0.contains("image:") }
            return line.map { $0.filter { $0 != " " } } ?? ""
        }
        #expect(try image("", name: "other") == "image:my_shop2-web")
        #expect(try image("name: from_file\n", name: "other") == "image:from_file-web")
        #expect(try image("name: from_file\n", project: "told") == "image:told-web")
    }

    @Test("a folder that an image writes to becomes a volume, with the command that copies it; others do not")
    func dataFolders() throws {
        let spec = try services(
            """
              git:
                image: gitea/gitea:1.22
                volumes: ["./gitea:/data", "/etc/localtime:/etc/localtime:ro", "./themes:/custom/themes"]
            """
        )
        #expect(spec.text.contains("- {name: data, path: /data}") && !spec.text.contains("localtime"))
        #expect(spec.said.contains("--file rendered/compose.yaml cp --archive ./gitea/. git:/data"), "\(spec.said)")
        #expect(spec.said.contains("`volumes: [{name: themes, path: /custom/themes}]`"))
    }

    @Test("the same words are said once, and what loses nothing not at all")
    func fewWords() throws {
        let spec = try services(
            """
              a: {image: a, container_name: a1, tty: true, restart: always, logging: {driver: local}, ulimits: {nofile: 9}}
              b: {image: b, container_name: b1, deploy: {restart_policy: {condition: any}}, shm_size: 1g}
            """
        )
        #expect(spec.leftOut.count == 2, "\(spec.said)")
        #expect(left(spec, "services.a.container_name, services.b.container_name are left out: replicas are called"))
        #expect(left(spec, "services.a.ulimits, services.b.shm_size are left out"))
    }
}
