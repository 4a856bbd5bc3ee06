import Basics

/// A release without its templates: what `status` compares with the world, read in a moment however large the stack.
package struct ReleaseOutline: Hashable, Sendable, Codable {
    package struct Service: Hashable, Sendable, Codable {
        package let name: ServiceName
        /// The word of the spec: `app`, `redis` ...
        package let kind: String
        package let replicas: Int
        package let address: Address?
        /// Its clients speak TLS; nil is false.
        package let speaksTLS: Bool?
        /// Requests reach it through an edge that is meant to run.
        package let isRouted: Bool
        /// Nil when the release holds no template of the service, so that nothing can be said about its replicas.
        package let revision: Digest?
        /// Nil when replicas of the service take up no configuration while they run.
        package let configuration: Digest?
    }

    package let number: Int
    package let digest: Digest
    package let createdAt: Instant
    package let createdBy: String
    package let engine: EngineKind
    /// Sorted by name.
    package let services: [Service]

    package init(_ release: Release) {
        self.number = release.number
        self.digest = release.digest
        self.createdAt = release.createdAt
        self.createdBy = release.createdBy
        self.engine = release.stack.engine
        self.services = release.stack.services.map { service in
            let template = release.contents.templates[service.name]
            return Service(
                name: service.name,
                kind: service.kind.word,
                replicas: service.replicas,
                address: release.contents.addresses[service.name],
                speaksTLS: service.speaksTLS ? true : nil,
                isRouted: !release.stack.runningEdges(routingTo: service.name).isEmpty,
                revision: template?.revision,
                configuration: template.flatMap { $0.reload == nil ? nil : $0.configuration }
            )
        }
    }
}
