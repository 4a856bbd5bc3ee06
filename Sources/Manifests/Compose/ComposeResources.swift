import Basics
import StackModel

/// Resources as Compose reads them: what a container may take at most, and what of it is kept for it when memory runs
/// short. A share of processors is kept for nobody.
extension ContainerResources {
    var compose: ManifestValue {
        [
            "limits": [
                "cpus": .text(ComposeAmount.cores(cpu.limit)), "memory": .text(ComposeAmount.size(memory.limit)),
            ],
            "reservations": ["memory": .text(ComposeAmount.size(memory.request))],
        ]
    }
}

enum ComposeAmount {
    /// `0.5`, `2`.
    static func cores(_ cpu: MilliCores) -> String {
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
