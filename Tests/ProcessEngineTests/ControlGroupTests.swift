import Basics
import Glibc
import StackModel
import Testing

@testable import ProcessEngine

@Suite(.serialized, .enabled(if: geteuid() == 0, "needs root")) struct ControlGroupTests {
    private let limits = Resources(cpu: MilliCores(thousandths: 500), memory: ByteCount(bytes: 64 << 20))

    /// A hierarchy of plain files: what is written to it is kept when the file is there.
    private func with(_ body: (ControlGroup, String) throws -> Void) async throws {
        try await Harbour.with { harbour in
            let mount = "\(harbour.home)/cgroup"
            try Disk.makeDirectory(mount)
            let mounts = ControlGroupMounts(mounts: "cgroup2 \(mount) cgroup2 rw 0 0\n") { _ in "cpu memory\n" }
            let group = ControlGroup(harbour.folder.replica("api-1"), mounts: mounts)
            let entry = try #require(group.create(Resources()).entries.first)
            try body(group, Disk.parent(of: entry))
        }
    }

    @Test("limits that the kernel did not take are told")
    func missing() async throws {
        try await with { group, directory in
            let failures = group.create(limits).failures
            #expect(
                failures == [
                    "the memory limit of 64MiB is not in force: \(directory)/memory.max cannot be read",
                    "the cpu limit of 500m is not in force: \(directory)/cpu.max cannot be read",
                ]
            )
            #expect(group.create(Resources()).failures.isEmpty)
        }
    }

    @Test("limits that are in force are not told")
    func held() async throws {
        try await with { group, directory in
            for name in ["memory.max", "cpu.max"] { try Disk.write([], to: "\(directory)/\(name)") }
            #expect(group.create(limits).failures.isEmpty)
            #expect(Disk.text("\(directory)/memory.max") == "67108864")
            #expect(Disk.text("\(directory)/cpu.max") == "50000 100000")
        }
    }

    @Test("limits of a real replica are in force")
    func real() async throws {
        try await Harbour.with { harbour in
            let mounts = harbour.engine.mounts
            guard mounts.has("memory"), mounts.has("cpu") else { return }
            let group = ControlGroup(harbour.folder.replica("api-1"), mounts: mounts)
            defer { group.remove() }
            #expect(group.create(limits).failures.isEmpty)
        }
    }

    @Test("supervisors leave the control groups of whoever started them")
    func supervisors() async throws {
        try await Harbour.with { harbour in
            guard !harbour.engine.mounts.all.isEmpty else { return }
            let app = Apps.server()
            try await harbour.start(app)
            let supervisors = harbour.processes().filter { $0.commandLine.hasPrefix("s6-supervise") }
            #expect(supervisors.count == 2)
            for supervisor in supervisors {
                let lines = (Disk.text("/proc/\(supervisor.id)/cgroup") ?? "").split(separator: "\n")
                let entered = lines.filter { $0.hasSuffix("/slipway/supervisors") }
                #expect(entered.count == Set(harbour.engine.mounts.all).count, "\(lines)")
            }
        }
    }
}
