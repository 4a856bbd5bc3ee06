import Basics
import Foundation
import Manifests
import StackModel
import Testing

/// Releases are kept for ever and compared by digest: a form that changes by accident would make old ones unreadable,
/// and other revisions would replace every replica of every stack at the next deploy.
@Suite("The stored form of a release")
struct ReleaseFormTests {
    private static func contents() throws -> Release.Contents {
        var stack = ShopStack.stack()
        stack.stores = [
            Store(name: "local", location: .directory("/backups")),
            Store(name: "s3", location: .s3(endpoint: "https://s3.example.com", bucket: "b", region: "r", prefix: nil)),
            Store(name: "sftp", location: .sftp(host: "h", port: 22, user: "u", path: "/p")),
        ]
        var keep = Retention()
        keep.daily = 7
        let policies: [BackupPolicy.Subject] = [.service("redis"), .config]
        stack.backups = policies.map {
            BackupPolicy(name: "nightly", subject: $0, schedule: "0 2 * * *", keep: keep, stores: ["local"], prove: nil)
        }
        stack.objectives = ServiceLevelObjectives(availability: Percent("99.9%"))
        let inputs = ShopStack.inputs(stack)
        return Release.Contents(
            stack: stack,
            spec: "the text",
            addresses: inputs.addresses,
            secrets: inputs.secrets,
            templates: try ProcessManifests.templates(inputs)
        )
    }

    private static func golden(_ name: String, _ text: String) throws -> String {
        let path = "\(#filePath.dropLast("ReleaseFormTests.swift".count))Golden/\(name)"
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    @Test("is what it was, and can be read back")
    func form() throws {
        let contents = try Self.contents()
        let text = try CanonicalJSON.pretty(contents) + "\n"
        let golden = try Self.golden("release.json", text)
        #expect(text == golden, "the stored form of a release changed: can the ledgers of users still be read?")
        #expect(try CanonicalJSON.decode(Release.Contents.self, from: golden) == contents)
    }

    @Test("has the digests it had")
    func digests() throws {
        let contents = try Self.contents()
        var lines = ["contents \(contents.digest)"]
        for (name, template) in contents.templates.sorted(by: { $0.key < $1.key }) {
            lines.append("\(name) revision \(template.revision)")
            lines.append("\(name) configuration \(template.configuration)")
        }
        let text = lines.joined(separator: "\n") + "\n"
        let golden = try Self.golden("digests.txt", text)
        #expect(text == golden, "digests changed: the next deploy of every user would replace replicas")
    }
}
