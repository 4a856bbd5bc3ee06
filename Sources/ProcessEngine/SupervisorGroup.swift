/// The control group of all supervisors. Whoever calls slipway, a CI runner or a shell, may be a unit of systemd, and a
/// unit ends with everything in its group; a supervisor is to stay.
struct SupervisorGroup: Sendable {
    /// Beside the groups of the replicas.
    static let name = "supervisors"

    let mounts: ControlGroupMounts

    /// Makes it in each hierarchy that can be written to. Returns the `cgroup.procs` files to enter.
    func make() -> [String] {
        var seen: Set<String> = []
        return mounts.all.compactMap { mount in
            guard seen.insert(mount).inserted else { return nil }
            let directory = "\(mount)/\(ControlGroup.root)/\(Self.name)"
            // Where there are no groups for us there is no way out of the caller's, and no unit either.
            guard (try? Disk.makeDirectory(directory, mode: 0o755)) != nil else { return nil }
            return "\(directory)/cgroup.procs"
        }
    }
}
