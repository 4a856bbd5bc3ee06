import StackModel
import Testing

@testable import StackSpec

@Suite("Images that move")
struct ImageCheckTests {
    private static func warnings(_ service: String, _ engine: String = "docker") -> [String] {
        load(spec("api: {\(service)}", "environments: {local: {engine: \(engine)}}\n")).messages
    }

    @Test(
        "no tag, and `latest`, are warned of where images are run",
        arguments: ["nginx", "nginx:latest", "registry.example:5000/team/api", "ghcr.io/a/b:latest"]
    )
    func moves(_ image: String) {
        for engine in ["docker", "kubernetes"] {
            let messages = Self.warnings("image: \"\(image)\", port: 80", engine)
            #expect(messages.count == 1 && messages[0].hasPrefix("warning: the image \(image) "), "\(messages)")
        }
        #expect(Self.warnings("kind: redis, image: \"\(image)\"").contains { $0.hasPrefix("warning: the image") })
        let process = Self.warnings("image: \"\(image)\", port: 80, command: [nginx]", "process")
        #expect(!process.contains { $0.contains("whatever was pushed") || $0.contains("no tag") })
    }

    @Test(
        "a version, a digest and what is built here are not",
        arguments: [
            "image: \"nginx:1.27\"", "image: \"nginx:7\"",
            "image: \"nginx@sha256:\(String(repeating: "a", count: 64))\"",
            "image: \"r.example:5000/a:1\"", "image: shop-api, source: ./api",
        ]
    )
    func stays(_ service: String) {
        #expect(Self.warnings("\(service), port: 80") == [])
    }
}
