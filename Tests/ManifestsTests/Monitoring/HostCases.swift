@testable import Manifests

extension AlertCase {
    static let host = [
        AlertCase(
            name: "HostCPUHigh",
            severity: .warning,
            service: "node",
            at: 25,
            fires: [#"node_cpu_seconds_total{job="node",instance="a",mode="idle",cpu="0"}"#: "0+12x40"],
            silent: [#"node_cpu_seconds_total{job="node",instance="a",mode="idle",cpu="0"}"#: "0+24x40"]
        ),
        AlertCase(
            name: "HostCPUHigh",
            severity: .critical,
            service: "node",
            at: 25,
            fires: [#"node_cpu_seconds_total{job="node",instance="a",mode="idle",cpu="0"}"#: "0+3x40"],
            silent: [#"node_cpu_seconds_total{job="node",instance="a",mode="idle",cpu="0"}"#: "0+12x40"]
        ),
        AlertCase(
            name: "HostMemoryHigh",
            severity: .warning,
            service: "node",
            at: 12,
            fires: [
                #"node_memory_MemAvailable_bytes{job="node",instance="a"}"#: "15x15",
                #"node_memory_MemTotal_bytes{job="node",instance="a"}"#: "100x15",
            ],
            silent: [
                #"node_memory_MemAvailable_bytes{job="node",instance="a"}"#: "30x15",
                #"node_memory_MemTotal_bytes{job="node",instance="a"}"#: "100x15",
            ]
        ),
        AlertCase(
            name: "HostMemoryHigh",
            severity: .critical,
            service: "node",
            at: 12,
            fires: [
                #"node_memory_MemAvailable_bytes{job="node",instance="a"}"#: "5x15",
                #"node_memory_MemTotal_bytes{job="node",instance="a"}"#: "100x15",
            ],
            silent: [
                #"node_memory_MemAvailable_bytes{job="node",instance="a"}"#: "15x15",
                #"node_memory_MemTotal_bytes{job="node",instance="a"}"#: "100x15",
            ]
        ),
        AlertCase(
            name: "DiskFillsUp",
            severity: .warning,
            service: "node",
            at: 120,
            fires: [
                #"node_filesystem_avail_bytes{job="node",instance="a",mountpoint="/data",fstype="ext4"}"#:
                    "39-0.03x200",
                #"node_filesystem_size_bytes{job="node",instance="a",mountpoint="/data",fstype="ext4"}"#: "100x200",
            ],
            silent: [
                #"node_filesystem_avail_bytes{job="node",instance="a",mountpoint="/data",fstype="ext4"}"#: "39x200",
                #"node_filesystem_size_bytes{job="node",instance="a",mountpoint="/data",fstype="ext4"}"#: "100x200",
            ]
        ),
        AlertCase(
            name: "DiskFull",
            severity: .critical,
            service: "node",
            at: 7,
            fires: [
                #"node_filesystem_avail_bytes{job="node",instance="a",mountpoint="/data",fstype="ext4"}"#: "4x10",
                #"node_filesystem_size_bytes{job="node",instance="a",mountpoint="/data",fstype="ext4"}"#: "100x10",
            ],
            silent: [
                #"node_filesystem_avail_bytes{job="node",instance="a",mountpoint="/data",fstype="ext4"}"#: "6x10",
                #"node_filesystem_size_bytes{job="node",instance="a",mountpoint="/data",fstype="ext4"}"#: "100x10",
            ]
        ),
    ]
}
