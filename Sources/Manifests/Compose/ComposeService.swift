import Basics
import StackModel

/// One service of a Compose file. Every one is shut in the same way: it owns nothing of the machine, writes only where
/// it is told to, and its log has an end.
struct ComposeService {
    let service: Service
    var image: String
    var user: String?
    /// In place of what the image would start: exactly these words run.
    var entrypoint: [String] = []
    /// For what the image starts.
    var command: [String] = []
    var environment: [String: String] = [:]
    var health: ComposeHealth?
    var dependsOn: ManifestValue = nil
    var resources: ContainerResources
    var security = AppSecurity()
    var sharedMemory: ByteCount?
    var openFiles: Int?
    var networks: [ComposeNetwork] = [.backend]
    var ports: [String] = []
    var volumes: [(name: String, path: String)] = []
    /// Files and folders beside `compose.yaml`, and where they are seen.
    var mounts: [(source: String, path: String)] = []
    /// Folders in memory for its own user, beside /tmp.
    var scratch: [String] = []
    /// Below `secrets/`.
    var secrets: [String] = []
    var stop = StopRule()

    /// The digest of what it mounts; nil when that is nothing. Compose makes a container anew where its part of
    /// `compose.yaml` is another, and does not look into files.
    var configuration: Digest?

    /// What it mounts.
    var files: [ManifestFile] = []
    /// What `secrets.sh` fills in for it.
    var filledFiles: [RenderedFile] = []
    var handedOn: [HandedOnValue] = []
    /// The files below `secrets/` that its environment refers to.
    var interpolated: [String] = []

    init(_ service: Service, resources: ContainerResources) throws(ReportableError) {
        self.service = service
        self.resources = resources.declaring(service.resources)
        image = try ContainerImage.reference(for: service)
    }

    var object: ManifestValue {
        let what: ManifestValue = [
            "image": .text(image),
            "labels": configuration.map { ["org.slipway.configuration": .text("\($0)")] } ?? nil,
            "user": user.map { .text($0) } ?? nil,
            "init": true,
            "entrypoint": .texts(entrypoint).unlessEmpty,
            "command": .texts(command).unlessEmpty,
            "environment": .sorted(environment.mapValues { .text($0) }).unlessEmpty,
            "depends_on": dependsOn.unlessEmpty,
            "healthcheck": health?.object ?? nil,
            "restart": "unless-stopped",
            "stop_signal": "SIG\(stop.signal.rawValue)",
            "stop_grace_period": .text(ComposeDuration.text(stop.grace)),
            "deploy": deploy,
        ]
        return what.merging(places).merging(walls)
    }

    private var places: ManifestValue {
        [
            "networks": .texts(networks.map(\.rawValue)),
            "ports": .texts(ports).unlessEmpty,
            "secrets": .texts(secrets.sorted()).unlessEmpty,
            "volumes": .list(allMounts).unlessEmpty,
            "tmpfs": .texts((security.readOnlyRoot ? ["/tmp"] : []) + scratch.map(ownFolder)).unlessEmpty,
            "shm_size": sharedMemory.map { .text(ComposeAmount.size($0)) } ?? nil,
            "ulimits": openFiles.map { ["nofile": ["soft": .integer($0), "hard": .integer($0)]] } ?? nil,
        ]
    }

    private var walls: ManifestValue {
        [
            "read_only": .boolean(security.readOnlyRoot),
            "cap_drop": ["ALL"],
            "cap_add": .texts(security.capabilities.map(\.rawValue)).unlessEmpty,
            "security_opt": ["no-new-privileges:true"],
            "pids_limit": 1024,
            "logging": ["driver": "json-file", "options": ["max-size": "10m", "max-file": "3"]],
        ]
    }

    private var allMounts: [ManifestValue] {
        let bound = mounts.map { mount -> ManifestValue in
            ["type": "bind", "source": "./\(mount.source)", "target": "\(mount.path)", "read_only": true]
        }
        let named = volumes.map { volume -> ManifestValue in
            ["type": "volume", "source": "\(volume.name)", "target": "\(volume.path)"]
        }
        return bound + named
    }

    /// At a restart Docker gives a folder in memory the mode of the folder below it, so only an owner is sure to get in.
    private func ownFolder(_ path: String) -> String {
        let ids = (user ?? "").split(separator: ":")
        guard ids.count == 2 else { return path }
        return "\(path):uid=\(ids[0]),gid=\(ids[1]),mode=0755"
    }

    /// How many there are and what they may take. Who updates them is Swarm, which alone reads `update_config`.
    private var deploy: ManifestValue {
        [
            "replicas": .integer(service.replicas),
            "resources": resources.compose,
            "update_config": ComposeRollout.object(service),
        ]
    }
}

/// Lengths of time as both Composes read them: no days and weeks, and one unit.
enum ComposeDuration {
    static func text(_ span: TimeSpan) -> String {
        span.milliseconds % 1000 == 0 ? "\(span.milliseconds / 1000)s" : "\(span.milliseconds)ms"
    }
}
