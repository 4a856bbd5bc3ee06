import Basics
import Foundation
import StackModel

@testable import Manifests

/// The shop as containers, and a Compose project of it on disk.
enum ComposeStack {
    /// Texts that some reader on the way takes for something else.
    static let hostile: [String: String] = [
        "QUOTES": "it's \"quoted\" `twice`", "LINES": "one\ntwo\n\n  three\t\n", "BRACES": "{{ .Names }} {%x%}",
        "DOLLARS": "${HOME} $HOME $$ $", "BANG": "!important", "NO": "no", "OCTAL": "08",
        "LONG":
            String(repeating: "x ", count: 1000), "FOREIGN": "größe \u{1F600} \u{00A0}\u{2028}", "EMPTY": "",
        "BLANK": " ", "HASH": "a #b", "COLON": "a: b", "STAR": "*a", "AMPERSAND": "&a", "PERCENT": "%a", "AT": "@a",
        "BACKSLASH": "a\\nb\\", "NULL": "null", "NUMBER": "1e3", "DATE": "2026-01-01", "SEXAGESIMAL": "1:30",
        "DASH": "- a", "QUESTION": "? a", "PIPE": "|", "RETURN": "a\r\nb", "EQUALS": "a=b", "TILDE": "~",
    ]

    static func stack(edge: Edge = edge, _ change: (inout App) -> Void = { _ in }) -> Stack {
        var app = App(
            image: "ghcr.io/example/shop-api:1.0.0",
            command: ["uvicorn", "app:app", "--host", "\(.host)", "--port", "\(.port)"],
            port: 8000,
            env: [
                "REDIS_URL":
                    "redis://\(.secret("redis-app", .user)):\(.secret("redis-app", .value))@\(.service("redis", .hostAndPort))/0",
                "JWT_KEY": "\(.secret("jwt", .value))",
            ].merging(hostile.mapValues { Template($0) }) { own, _ in own },
            health: HealthCheck(readiness: "/readyz"),
            metrics: "/metrics"
        )
        change(&app)
        var stack = ShopStack.stack()
        for index in stack.services.indices {
            switch stack.services[index].name {
            case "api": stack.services[index].kind = .app(app)
            case "edge": stack.services[index].kind = .edge(edge)
            case "worker": stack.services[index].kind = .app(App(image: "worker:1"))
            default: break
            }
        }
        stack.secrets.append(SecretDeclaration(name: "certificate", kind: .given, from: "CERTIFICATE"))
        return stack
    }

    static let edge = Edge(listen: 8080, routes: [Route(path: "/", service: "api")])

    static func files(_ stack: Stack = stack()) throws -> [String: String] {
        let files = try StackManifests.files(of: stack, for: .compose)
        return Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.content) })
    }

    /// Writes the files into a folder, as `slipway render` does.
    static func write(_ stack: Stack, to folder: String) throws {
        for file in try StackManifests.files(of: stack, for: .compose) {
            let path = "\(folder)/\(file.path)"
            let parent = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            try file.content.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes(
                [.posixPermissions: file.isExecutable ? 0o755 : 0o644],
                ofItemAtPath: path
            )
        }
    }
}
