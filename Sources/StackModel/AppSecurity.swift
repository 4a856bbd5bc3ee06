/// What a container of an app is allowed beyond what every container is: nothing, where nothing is said.
package struct AppSecurity: Hashable, Sendable, Codable {
    /// What root is allowed: those that Docker gives to every container and that the Pod Security Standard `baseline`
    /// admits. Who asks for more asks for the machine.
    package enum Capability: String, Hashable, Sendable, Codable, CaseIterable {
        case auditWrite = "AUDIT_WRITE"
        case changeOwner = "CHOWN"
        case overridePermissions = "DAC_OVERRIDE"
        case actAsOwner = "FOWNER"
        case keepSetID = "FSETID"
        case kill = "KILL"
        case makeNodes = "MKNOD"
        case bindLowPorts = "NET_BIND_SERVICE"
        case setFileCapabilities = "SETFCAP"
        case setGroup = "SETGID"
        case setCapabilities = "SETPCAP"
        case setUser = "SETUID"
        case changeRoot = "SYS_CHROOT"
    }

    /// The number of the user; the target's own default when nil.
    package var user: Int?
    /// The number of the group; that of the user when nil.
    package var group: Int?
    package var readOnlyRoot: Bool
    /// Sorted, each once.
    package let capabilities: [Capability]

    package init(user: Int? = nil, group: Int? = nil, readOnlyRoot: Bool = true, capabilities: [Capability] = []) {
        self.user = user
        self.group = group
        self.readOnlyRoot = readOnlyRoot
        self.capabilities = Set(capabilities).sorted { $0.rawValue < $1.rawValue }
    }

    /// Within what the Pod Security Standard `restricted` admits.
    package var isRestricted: Bool { user != 0 && capabilities.allSatisfy { $0 == .bindLowPorts } }
}
