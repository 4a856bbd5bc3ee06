/// The image of a service: `ghcr.io/example/api:1.4@sha256:...`, cut where its parts meet. Variables may stand in it.
struct ImageReference {
    /// As it is written.
    let text: String
    /// In its shortest form: `redis`, `bitnami/redis`, `quay.io/prometheus/prometheus`.
    let repository: String
    /// Empty when none is written.
    let tag: String

    init(_ text: String) {
        self.text = text
        let name = text.split(separator: "@", maxSplits: 1).first.map(String.init) ?? text
        var repository = name
        var tag = ""
        // A colon before a slash belongs to a host and its port.
        if let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") {
            repository = String(name[..<colon])
            tag = String(name[name.index(after: colon)...])
        }
        for prefix in ["docker.io/", "index.docker.io/", "registry-1.docker.io/", "public.ecr.aws/docker/", "library/"]
        where repository.hasPrefix(prefix) {
            repository = String(repository.dropFirst(prefix.count))
        }
        self.repository = repository
        self.tag = tag
    }

    /// The last part of the repository: `postgresql` of `bitnami/postgresql`.
    var program: String { repository.split(separator: "/").last.map(String.init) ?? repository }

    /// What it comes from, where that says something of its entrypoint: the official images have one part.
    var isOfficial: Bool { !repository.contains("/") }

    /// The version that a tag begins with: `7.0` of `7.0-alpine`, `15` of `15`; nil of `latest`.
    static func version(of tag: String) -> String? {
        var rest = tag[...]
        if rest.first == "v" { rest = rest.dropFirst() }
        let version = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let parts = version.split(separator: ".", omittingEmptySubsequences: false)
        let after = rest.dropFirst(version.count).first
        guard (1...3).contains(parts.count), parts.allSatisfy({ (1...5).contains($0.count) }),
            after == nil || after == "-"
        else { return nil }
        return String(version)
    }
}
