import Basics
import StackModel

/// A volume of an app as a claim of its own, which stays when the pods go.
struct AppClaim {
    let service: ServiceName
    let volume: AppVolume
    /// Several pods use it at once, on whatever nodes they are.
    let isShared: Bool
    let storageClass: String?

    /// The claims of an app.
    static func claims(of service: Service, in stack: Stack) -> [AppClaim] {
        guard case .app(let app) = service.kind else { return [] }
        return (app.volumes ?? []).map { volume in
            AppClaim(
                service: service.name,
                volume: volume,
                isShared: service.mayHaveSeveral,
                storageClass: stack.storageClass(of: service.name)
            )
        }
    }

    /// No name has a dot, so that no other object has this one.
    private var name: String { AppVolumeName.text(volume.name, of: service) }

    var mount: Mount { .claim(name, name: "volume-\(volume.name)", at: volume.path) }

    func object(_ identity: Identity) -> ManifestValue {
        [
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": identity.metadata(name),
            "spec": VolumeClaim.spec(
                size: volume.storage,
                storageClass: storageClass,
                mode: isShared ? "ReadWriteMany" : "ReadWriteOnce"
            ),
        ]
    }
}

extension Stack {
    /// The class of the volumes of a service; the cluster's default when nil.
    func storageClass(of service: ServiceName) -> String? {
        kubernetes?.storageClasses?.first { $0.service == service }?.name ?? kubernetes?.storageClass
    }
}

extension Service {
    /// Whether there can be more than one replica at a time, but for an update.
    var mayHaveSeveral: Bool {
        guard case .app(let app) = kind, let autoscale = app.autoscale else { return replicas > 1 }
        return max(replicas, autoscale.maximum) > 1
    }
}
