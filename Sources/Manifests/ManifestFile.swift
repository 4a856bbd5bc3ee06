/// One file of a set of manifests.
package struct ManifestFile: Hashable, Sendable {
    /// Relative to the folder the set is written to.
    package var path: String
    package var content: String
    package var isExecutable: Bool

    package init(_ path: String, _ content: String, isExecutable: Bool = false) {
        self.path = path
        self.content = content
        self.isExecutable = isExecutable
    }
}

/// What a set of manifests is for.
package enum ManifestTarget: String, Hashable, Sendable, CaseIterable {
    case compose, kubernetes, process
}
