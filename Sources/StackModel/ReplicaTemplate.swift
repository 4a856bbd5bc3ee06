import Basics

/// Everything an engine needs to run one replica of a service in one release, and nothing else.
/// All replicas of a service in a release are made from the same template; secrets are named, never held.
package struct ReplicaTemplate: Hashable, Sendable, Codable {
    package let service: ServiceName
    /// The word of the service's kind: `redis`.
    package var kind: String
    /// The version of the program that the spec asks for, or the beginning of it; any will do when nil.
    package var version: String?
    /// Argument vector. The first element is looked up in the source directory, then on the path.
    package var command: [Template]
    package var environment: [String: Template]
    package var files: [RenderedFile]
    /// The content-addressed source directory the command runs in; the replica's own directory when nil.
    package var source: Digest?
    /// The versions of the secrets that the references in this template mean.
    package var secrets: [SecretName: Int]
    package var user: RunUser
    package var port: PortUse
    /// The second port of an edge, where it sends plain requests on to TLS.
    package var plainPort: Int?
    package var volume: Volume?
    package var probe: Probe
    package var probeTiming: ProbeTiming
    package var limits: Resources
    package var stop: StopRule
    /// What makes a running replica take up changed `files` or `accounts` without a restart; nil where it must restart.
    package var reload: ReloadRule?
    /// The login roles and databases a Postgres replica must have. Applied by `reconfigure`.
    package var accounts: PostgresAccounts?

    package init(
        service: ServiceName,
        kind: String,
        version: String? = nil,
        command: [Template],
        environment: [String: Template] = [:],
        files: [RenderedFile] = [],
        source: Digest? = nil,
        secrets: [SecretName: Int] = [:],
        user: RunUser = .dedicated,
        port: PortUse = .none,
        plainPort: Int? = nil,
        volume: Volume? = nil,
        probe: Probe = .running,
        probeTiming: ProbeTiming = ProbeTiming(),
        limits: Resources = Resources(),
        stop: StopRule = StopRule(),
        reload: ReloadRule? = nil,
        accounts: PostgresAccounts? = nil
    ) {
        self.service = service
        self.kind = kind
        self.version = version
        self.command = command
        self.environment = environment
        self.files = files.sorted { $0.path < $1.path }
        self.source = source
        self.secrets = secrets
        self.user = user
        self.port = port
        self.plainPort = plainPort
        self.volume = volume
        self.probe = probe
        self.probeTiming = probeTiming
        self.limits = limits
        self.stop = stop
        self.reload = reload
        self.accounts = accounts
    }

    /// Changes when a running replica has to be replaced: everything but what a reload takes up. How long an edge may
    /// take to end is no reason to close its port, nor is a second one, unless it needs a right that the edge was not
    /// started with.
    package var revision: Digest {
        guard reload != nil else { return Digest(ofCanonical: self) }
        var fixed = self
        fixed.files.removeAll { $0.reloadable }
        fixed.accounts = nil
        if reload == .edge {
            fixed.stop = StopRule()
            if !listensLowByPlainPortAlone { fixed.plainPort = nil }
        }
        let kept = Set(fixed.command.flatMap(\.secrets) + fixed.environment.values.flatMap(\.secrets))
            .union(fixed.files.flatMap(\.content.secrets))
        fixed.secrets = fixed.secrets.filter { kept.contains($0.key) }
        return Digest(ofCanonical: fixed)
    }

    /// Ports below 1024 need a right of their own.
    package var listensLow: Bool { isLow(mainPort) || isLow(plainPort) }

    private var listensLowByPlainPortAlone: Bool { isLow(plainPort) && !isLow(mainPort) }
    private var mainPort: Int? { if case .fixed(let port) = port { port } else { nil } }
    private func isLow(_ port: Int?) -> Bool { port.map { $0 < 1024 } ?? false }

    /// Changes when anything changes: the same revision with another configuration asks for a reload.
    package var configuration: Digest { Digest(ofCanonical: self) }
}

/// A file that is written into the replica's directory before it starts.
package struct RenderedFile: Hashable, Sendable, Codable {
    /// Relative to the replica's directory.
    package var path: String
    package var content: Template
    /// A running replica takes up a change without a restart.
    package var reloadable: Bool

    package init(path: String, content: Template, reloadable: Bool = false) {
        self.path = path
        self.content = content
        self.reloadable = reloadable
    }
}

package enum RunUser: Hashable, Sendable, Codable {
    /// An unprivileged user of the service's own, in the manner of systemd's DynamicUser.
    case dedicated
    /// A user of the machine.
    case named(String)
}

package enum PortUse: Hashable, Sendable, Codable {
    case none
    /// Each replica gets a port of its own, remembered for its number.
    case perReplica
    /// The service's own port, the same for every replica, so that two can never run at once.
    case fixed(Int)
}

/// A data directory that outlives replicas and releases.
package struct Volume: Hashable, Sendable, Codable {
    package enum Preparation: String, Hashable, Sendable, Codable {
        /// An empty directory.
        case empty
        /// `initdb` with SCRAM authentication.
        case postgresCluster
    }

    package var preparation: Preparation
    /// The directories in it that all replicas use at once. Nil where exactly one replica may use the whole at a time.
    package var shared: [VolumeName]?

    package init(preparation: Preparation = .empty, shared: [VolumeName]? = nil) {
        self.preparation = preparation
        self.shared = shared?.sorted()
    }
}

/// How an engine asks a replica whether it can serve.
package enum Probe: Hashable, Sendable, Codable {
    /// Alive is enough.
    case running
    /// Its port accepts a connection.
    case tcp
    /// 2xx from this path on its port, asked for as `host`, or as `Probe.host` when that is nil.
    case http(path: String, host: String? = nil)
    /// A program beside it ends with status 0.
    case command(words: [Template])
    case redis
    case postgres
    /// Its runtime socket answers.
    case edge

    /// The `Host` that everyone who asks a replica over HTTP sends where its spec names no other: engine, edge, container
    /// and kubelet alike, so that a framework with a list of allowed hosts gives all of them the same answer.
    package static let host = "localhost"

    /// The texts in it that references may stand in.
    package var texts: [Template] { if case .command(let words) = self { words } else { [] } }
}

package struct ProbeTiming: Hashable, Sendable, Codable {
    package var interval: TimeSpan
    package var timeout: TimeSpan

    package init(interval: TimeSpan = .seconds(2), timeout: TimeSpan = .seconds(1)) {
        self.interval = interval
        self.timeout = timeout
    }
}

package struct StopRule: Hashable, Sendable, Codable {
    package enum Signal: String, Hashable, Sendable, Codable, CaseIterable {
        case terminate = "TERM"
        case interrupt = "INT"
        case quit = "QUIT"
        /// HAProxy's soft stop.
        case user1 = "USR1"
    }

    package var signal: Signal
    /// After this the whole tree is killed.
    package var grace: TimeSpan

    package init(signal: Signal = .terminate, grace: TimeSpan = .seconds(15)) {
        self.signal = signal
        self.grace = grace
    }
}

package enum ReloadRule: Hashable, Sendable, Codable {
    case hangup
    /// `ACL LOAD` by the administrator's user.
    case redisACL
    /// SQL by the superuser over the local socket.
    case postgresAccounts
    /// Hitless reload of the edge, checked first.
    case edge
}

/// Every login role is a member of `owner`, which owns the database and cannot log in, so that a rotation can
/// alternate between two login roles without changing who owns what.
package struct PostgresAccounts: Hashable, Sendable, Codable {
    package var database: String
    package var owner: String
    /// The secrets whose user and value are login roles.
    package var logins: [SecretName]
    /// The secret whose value is the password of `monitorUser`, who sees figures and no data. Nobody when nil.
    package var monitor: SecretName?

    package static let monitorUser = "exporter"

    package init(database: String, owner: String, logins: [SecretName], monitor: SecretName? = nil) {
        self.database = database
        self.owner = owner
        self.logins = logins.sorted()
        self.monitor = monitor
    }

    package var secrets: [SecretName] { logins + (monitor.map { [$0] } ?? []) }
}
