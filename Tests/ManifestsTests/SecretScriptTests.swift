import Basics
import Foundation
import StackModel
import Testing

@testable import Manifests

@Suite("secrets.sh")
struct SecretScriptTests {
    @Test("makes every secret once, and the same files each time")
    func makesSecrets() throws {
        let place = try ScriptFolder(Self.files)
        defer { place.remove() }
        try place.run(["STRIPE_KEY": "sk 'live'"])
        let before = try place.contents()
        #expect(before["secrets/redis-app"]?.count == 32 && before["secrets/jwt"]?.count == 43)
        #expect(before["secrets/stripe"] == "sk 'live'")
        let hash = Digest(of: before["secrets/redis-admin"] ?? "").hex
        #expect(before["secrets/redis.acl"] == "user it's $(me) `id` redis_app #\(hash)\n")
        try place.run(["STRIPE_KEY": "another"])
        #expect(try place.contents() == before)
        #expect(try run(["stat", "-c", "%a", "\(place.path)/secrets"]).output == "700\n")
        #expect(try run(["stat", "-c", "%a", "\(place.path)/secrets/jwt"]).output == "644\n")
        #expect(try run(["stat", "-c", "%a", "\(place.path)/.env"]).output == "600\n")
    }

    @Test("what kustomize reads is read by its owner alone, also where an earlier script was more generous")
    func closesFiles() throws {
        var files = Self.files
        (files.readers, files.dotEnv) = (.owner, nil)
        let place = try ScriptFolder(files)
        defer { place.remove() }
        _ = try run([
            "sh", "-c", "cd '\(place.path)' && mkdir -m 755 secrets && echo old > secrets/jwt && chmod 644 secrets/jwt",
        ])
        try place.run(["STRIPE_KEY": "x"])
        let modes = try run(["sh", "-c", "stat -c %a '\(place.path)/secrets' '\(place.path)'/secrets/* | sort -u"])
        #expect(modes.output == "600\n700\n")
    }

    @Test("names everything that a person has to give, and leaves nothing half made")
    func namesMissing() throws {
        var files = Self.files
        files.handedOn = [HandedOnValue(service: "api", variable: "REGION")]
        let place = try ScriptFolder(files)
        defer { place.remove() }
        let refused = try place.result()
        #expect(refused.status == 1)
        #expect(refused.output.contains("secrets/stripe, or the variable STRIPE_KEY"))
        #expect(refused.output.contains("secrets/api.REGION, or the variable REGION"))
        #expect(try place.contents().keys.sorted() == ["secrets.sh"])
    }

    @Test("asks for nothing that nobody reads")
    func unread() throws {
        var files = Self.files
        files.dotEnv = nil
        let alone = try files.script().content
        #expect(!alone.contains("stripe"))
        files.filled.append(RenderedFile(path: "secrets/x", content: "\(.secret("stripe", .value))"))
        let filled = try files.script().content
        #expect(filled.contains("given stripe STRIPE_KEY"))
    }

    @Test("an empty secret, a folder in its place and somebody else's .env are named, not used")
    func refuses() throws {
        for (spoil, words) in [
            ("mkdir -p secrets && : > secrets/jwt", "secrets/jwt is empty"),
            ("mkdir -p secrets/jwt", "secrets/jwt is a folder"),
            ("echo MINE=1 > .env", ".env is not of my making"),
        ] {
            let place = try ScriptFolder(Self.files)
            defer { place.remove() }
            _ = try run(["sh", "-c", "cd '\(place.path)' && \(spoil)"])
            let refused = try place.result(["STRIPE_KEY": "x"])
            #expect(refused.status == 1 && refused.output.contains(words), "\(refused.output)")
        }
    }

    @Test("a value that the two Composes would read differently is refused")
    func refusesUnreadable() throws {
        for value in ["a'b\"c", "a\\'", "'$X'", "${HOME}", "a\\"] {
            let place = try ScriptFolder(Self.files)
            defer { place.remove() }
            let refused = try place.result(["STRIPE_KEY": value])
            #expect(refused.status == 1 && refused.output.contains("no .env carries"), "\(value)")
            #expect(try place.contents()[".env"] == nil)
        }
    }

    @Test("two at once agree on the values")
    func agrees() throws {
        let place = try ScriptFolder(Self.files)
        defer { place.remove() }
        let together = "cd '\(place.path)' && export STRIPE_KEY=x && printf '1 2 3 4' | xargs -n 1 -P 4 ./secrets.sh"
        let both = try runProgram(["sh", "-c", "\(together) && ./secrets.sh"], [:])
        #expect(both.status == 0, "\(both.output)")
        let contents = try place.contents()
        #expect(contents[".env"]?.contains("SECRET_JWT='\(contents["secrets/jwt"] ?? "?")'") == true)
        #expect(contents.keys.allSatisfy { !$0.contains(".new") })
    }

    @Test("shellcheck finds nothing")
    func isClean() throws {
        let place = try ScriptFolder(Self.files)
        defer { place.remove() }
        let checked = try run(["shellcheck", "\(place.path)/secrets.sh"])
        #expect(checked.status == 0, "\(checked.output)")
    }

    private static var files: SecretFiles {
        var stack = ShopStack.stack()
        stack.secrets.append(SecretDeclaration(name: "stripe", kind: .given, from: "STRIPE_KEY"))
        return SecretFiles(
            stack: stack,
            filled: [
                RenderedFile(
                    path: "secrets/redis.acl",
                    content: "user it's $(me) `id` \(.secret("redis-app", .user)) #\(.secret("redis-admin", .sha256))\n"
                )
            ],
            dotEnv: DotEnvFile(project: StackID("shop", "local"), files: ["jwt", "stripe"])
        )
    }
}

/// A folder with a script in it.
private struct ScriptFolder {
    let path = "/tmp/script-\(UUID().uuidString.prefix(8))"

    init(_ files: SecretFiles) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try files.script().content.write(toFile: "\(path)/secrets.sh", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(path)/secrets.sh")
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    func result(_ environment: [String: String] = [:]) throws -> (status: Int32, output: String) {
        try runProgram(["\(path)/secrets.sh"], environment)
    }

    func run(_ environment: [String: String]) throws {
        let result = try result(environment)
        #expect(result.status == 0, "\(result.output)")
    }

    func contents() throws -> [String: String] {
        var contents: [String: String] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
            contents[name] = try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
        }
        return contents
    }
}

/// `run`, under a name that a method of the same name does not hide.
private func runProgram(_ words: [String], _ environment: [String: String]) throws -> (status: Int32, output: String) {
    try run(words, environment: environment)
}
