import Testing

@testable import ComposeImport

@Suite("Images")
struct ImageTests {
    @Test(
        "are cut at their tag, and known in their shortest form",
        arguments: [
            ("redis:7.0-alpine", "redis", "7.0-alpine"), ("docker.io/library/redis", "redis", ""),
            ("localhost:5000/shop/api:1.2@sha256:abc", "localhost:5000/shop/api", "1.2"),
            ("localhost:5000/api", "localhost:5000/api", ""), ("bitnami/redis:7.2", "bitnami/redis", "7.2"),
        ]
    )
    func parts(_ text: String, _ repository: String, _ tag: String) {
        let image = ImageReference(text)
        #expect(image.repository == repository && image.tag == tag)
    }

    @Test(
        "a version is what a tag begins with",
        arguments: [
            ("7.0-alpine", "7.0"), ("15", "15"), ("v2.45.0", "2.45.0"), ("latest", nil), ("16-3.4", "16"), ("", nil),
            ("alpine", nil), ("7rc1", nil), ("1.2.3.4", nil),
        ] as [(String, String?)]
    )
    func version(_ tag: String, _ version: String?) {
        #expect(ImageReference.version(of: tag) == version)
    }
}
