/// Configuration files that are mounted together: a ConfigMap that kustomize makes of them, immutable and named by a
/// hash of its content, so that another configuration is another release of the workload.
struct ConfigurationMap {
    struct Entry {
        /// The file of the set that holds the content.
        var file: ManifestFile
        var key: String
        /// Where it is seen below the mount's path.
        var path: String

        /// A key has no slashes.
        init(file: ManifestFile, path: String) {
            self.init(file: file, key: path.replacing("/", with: "_"), path: path)
        }

        init(file: ManifestFile, key: String, path: String) {
            self.file = file
            self.key = key
            self.path = path
        }
    }

    var name: String
    var entries: [Entry]

    var items: [ManifestValue] { entries.map { ["key": .text($0.key), "path": .text($0.path)] } }

    var generator: ManifestValue {
        ["name": .text(name), "files": .list(entries.map { "\($0.key)=\($0.file.path)" })]
    }
}
