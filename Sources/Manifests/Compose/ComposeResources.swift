import Basics
import StackModel

/// What a container may take at most, and what of it is kept for it when memory runs short. What the spec declares is
/// both: nobody is ended for what his neighbours do.
struct ComposeResources {
    var cpu: MilliCores
    var memory: ByteCount
    var keptMemory: ByteCount

    /// Where the spec declares nothing.
    static let app = ComposeResources(cores: 1, mebibytes: 512, kept: 128)
    static let redis = ComposeResources(cores: 1, mebibytes: 512, kept: 128)
    static let postgres = ComposeResources(cores: 2, mebibytes: 1024, kept: 512)
    static let prometheus = ComposeResources(cores: 2, mebibytes: 2048, kept: 1024)
    static let grafana = ComposeResources(cores: 1, mebibytes: 512, kept: 256)
    static let edge = ComposeResources(cores: 1, mebibytes: 512, kept: 128)
    static let small = ComposeResources(cores: 1, mebibytes: 128, kept: 32)

    private init(cores: Int, mebibytes: Int, kept: Int) {
        cpu = MilliCores(thousandths: cores * 1000)
        memory = ByteCount(bytes: mebibytes << 20)
        keptMemory = ByteCount(bytes: kept << 20)
    }

    func declaring(_ declared: Resources) -> ComposeResources {
        var resources = self
        if let cpu = declared.cpu { resources.cpu = cpu }
        if let memory = declared.memory { (resources.memory, resources.keptMemory) = (memory, memory) }
        return resources
    }

    /// The same, with room for at least so much.
    func holding(_ least: ByteCount) -> ComposeResources {
        var resources = self
        resources.memory = max(memory, least)
        return resources
    }

    var object: ManifestValue {
        [
            "limits": ["cpus": .text(Self.cores(cpu)), "memory": .text(Self.size(memory))],
            "reservations": ["memory": .text(Self.size(keptMemory))],
        ]
    }

    /// `0.5`, `2`.
    private static func cores(_ cpu: MilliCores) -> String {
        let digits = String(cpu.thousandths % 1000 + 1000).dropFirst()
        let fraction = digits.replacing(/0+$/, with: "")
        return "\(cpu.thousandths / 1000)" + (fraction.isEmpty ? "" : ".\(fraction)")
    }

    /// Compose's `k`, `m` and `g` are binary.
    static func size(_ count: ByteCount) -> String {
        for (shift, unit) in [(30, "g"), (20, "m"), (10, "k")] where count.bytes % (1 << shift) == 0 && count.bytes > 0
        {
            return "\(count.bytes >> shift)\(unit)"
        }
        return "\(count.bytes)b"
    }
}
