import Basics
import StackModel

/// Resources as Kubernetes reads them.
extension ContainerResources {
    /// For the log and the scratch directories.
    private static let disk = (request: "64Mi", limit: "1Gi")

    var kubernetes: ManifestValue {
        [
            "requests": Self.amounts(cpu.request, memory.request, Self.disk.request),
            "limits": Self.amounts(cpu.limit, memory.limit, Self.disk.limit),
        ]
    }

    private static func amounts(_ cpu: MilliCores, _ memory: ByteCount, _ disk: String) -> ManifestValue {
        ["cpu": .text(cpu), "memory": .text(memory.quantity), "ephemeral-storage": .text(disk)]
    }
}

extension ByteCount {
    /// As Kubernetes writes it: `512Mi`.
    var quantity: String { String(description.dropLast()) }
}
