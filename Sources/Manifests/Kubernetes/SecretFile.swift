import StackModel

/// One file of `secrets/` that a workload reads, and the Secret that kustomize makes of it: immutable and named by a
/// hash of its content, so that another value is another release of the workload. No value is ever rendered.
struct SecretFile: Hashable, Comparable {
    /// Below `secrets/`, and below the folder of a container.
    let name: String
    /// The Secret.
    let object: String
    let key: String

    /// Also for a file with secrets in it, such as `redis.acl`.
    init(_ name: String) {
        self.name = name
        object = name
        key = "value"
    }

    init(_ secret: SecretName) { self.init(secret.text) }

    /// The value of a variable that the spec's author took from the environment. Nobody said whether it is a secret.
    init(handedOn variable: String, to service: ServiceName) {
        name = HandedOnValue(service: service, variable: variable).file
        object = "\(service).env"
        key = variable
    }

    var path: String { ContainerSecret.path(of: name) }

    /// The value as a variable of a container.
    var reference: ManifestValue { ["secretKeyRef": ["name": .text(object), "key": .text(key)]] }

    /// One generator for each Secret.
    static func generators(_ files: Set<SecretFile>) -> [ManifestValue] {
        let objects = Dictionary(grouping: files, by: \.object)
        return objects.keys.sorted().map { object in
            let files = (objects[object] ?? []).sorted().map { "\($0.key)=\(SecretFiles.folder)/\($0.name)" }
            return ["name": .text(object), "files": .texts(files)]
        }
    }

    static func < (left: SecretFile, right: SecretFile) -> Bool { left.name < right.name }
}
