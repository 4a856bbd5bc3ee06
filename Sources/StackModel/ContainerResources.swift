import Basics

/// What a container is promised and what it may take at most. What the spec declares is both: nobody is throttled or
/// ended for what his neighbours do, and a share in `autoscale` is a share of what was declared.
package struct ContainerResources: Hashable, Sendable {
    package struct Amount<Value: Hashable & Sendable>: Hashable, Sendable {
        package var request: Value
        package var limit: Value
    }

    package var cpu: Amount<MilliCores>
    package var memory: Amount<ByteCount>

    /// Where the spec declares nothing, in thousandths of a core and in mebibytes.
    package static let app = ContainerResources(cpu: (100, 1000), memory: (128, 512))
    package static let redis = app
    package static let postgres = ContainerResources(cpu: (250, 2000), memory: (1024, 1024))
    package static let prometheus = ContainerResources(cpu: (250, 2000), memory: (1024, 2048))
    package static let grafana = ContainerResources(cpu: (100, 1000), memory: (256, 512))
    package static let edge = app
    package static let small = ContainerResources(cpu: (20, 200), memory: (32, 128))
    package static let backup = ContainerResources(cpu: (100, 1000), memory: (64, 512))

    private init(cpu: (request: Int, limit: Int), memory: (request: Int, limit: Int)) {
        self.cpu = Amount(
            request: MilliCores(thousandths: cpu.request),
            limit: MilliCores(thousandths: cpu.limit)
        )
        self.memory = Amount(
            request: ByteCount(bytes: memory.request << 20),
            limit: ByteCount(bytes: memory.limit << 20)
        )
    }

    package func declaring(_ declared: Resources) -> ContainerResources {
        var resources = self
        if let cpu = declared.cpu { resources.cpu = Amount(request: cpu, limit: cpu) }
        if let memory = declared.memory { resources.memory = Amount(request: memory, limit: memory) }
        return resources
    }

    /// The same, with room for at least so much.
    package func holding(_ least: ByteCount) -> ContainerResources {
        var resources = self
        resources.memory.limit = max(memory.limit, least)
        return resources
    }
}
