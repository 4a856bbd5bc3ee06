/// One directory that a container sees beside its image.
struct Mount {
    var name: String
    var path: String
    var isReadOnly = false
    /// The volume behind it; nil where a claim template of the same name provides it.
    var source: ManifestValue?

    var volume: ManifestValue? { source.map { ManifestValue.map([.init("name", .text(name))]).merging($0) } }

    var volumeMount: ManifestValue {
        ["name": .text(name), "mountPath": .text(path), "readOnly": isReadOnly ? true : nil]
    }

    /// Space that goes with the pod. Its size counts towards the pod's ephemeral storage.
    static func scratch(_ path: String, name: String, limit: String = "64Mi") -> Mount {
        Mount(name: name, path: path, source: ["emptyDir": ["sizeLimit": .text(limit)]])
    }

    /// Shared memory counts towards the memory of the container.
    static func memory(_ path: String, name: String, limit: String) -> Mount {
        Mount(name: name, path: path, source: ["emptyDir": ["medium": "Memory", "sizeLimit": .text(limit)]])
    }

    /// The claim template of this name.
    static func data(_ path: String) -> Mount { Mount(name: "data", path: path, source: nil) }

    static func claim(_ claim: String, name: String? = nil, at path: String) -> Mount {
        Mount(name: name ?? claim, path: path, source: ["persistentVolumeClaim": ["claimName": .text(claim)]])
    }

    static func configuration(_ map: ConfigurationMap, at path: String) -> Mount {
        configurations([map], name: "config", at: path)
    }

    /// Several maps in one directory.
    static func configurations(_ maps: [ConfigurationMap], name: String, at path: String) -> Mount {
        Mount(name: name, path: path, isReadOnly: true, source: ["projected": projection(maps)])
    }

    private static func projection(_ maps: [ConfigurationMap]) -> ManifestValue {
        [
            "defaultMode": .integer(readable),
            "sources": .list(maps.map { ["configMap": ["name": .text($0.name), "items": .list($0.items)]] }),
        ]
    }

    /// Several maps, each in a folder of its name.
    static func folders(_ maps: [ConfigurationMap], name: String, at path: String) -> Mount {
        let inFolders = maps.map { map in
            ConfigurationMap(
                name: map.name,
                entries: map.entries.map { .init(file: $0.file, key: $0.key, path: "\(map.name)/\($0.path)") }
            )
        }
        return configurations(inFolders, name: name, at: path)
    }

    /// Each secret is the file of its name, where Compose has it too.
    static func secrets(_ secrets: [SecretFile]) -> Mount? {
        guard !secrets.isEmpty else { return nil }
        let sources = secrets.map { secret -> ManifestValue in
            [
                "secret": [
                    "name": .text(secret.object),
                    "items": [["key": .text(secret.key), "path": .text(secret.name)]],
                ]
            ]
        }
        return Mount(
            name: "secrets",
            path: ContainerSecret.folder,
            isReadOnly: true,
            source: ["projected": ["defaultMode": .integer(ownerAndGroup), "sources": .list(sources)]]
        )
    }

    /// 0444 and 0440, in decimal: not every reader takes an octal number for one.
    private static let readable = 292
    private static let ownerAndGroup = 288
}
