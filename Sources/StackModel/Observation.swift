import Basics

/// What an engine found when it looked: the replicas that exist, the traffic they get, the data there is.
package struct Observation: Hashable, Sendable, Codable {
    /// Sorted by name and number.
    package var replicas: [ObservedReplica]
    /// Services whose data directory exists. Sorted.
    package var volumes: [ServiceName]
    /// Source directories that are stored. Sorted.
    package var sources: [Digest]

    /// Services whose live data came by a restoration.
    package var restored: [ServiceName: RestorationName]
    /// Restorations whose data lies beside the live data, ready to take its place.
    package var prepared: [ServiceName: Set<RestorationName>]
    /// Restorations in whose stead earlier data is kept, to go back to.
    package var kept: [ServiceName: Set<RestorationName>]

    package init(
        replicas: [ObservedReplica] = [],
        volumes: [ServiceName] = [],
        sources: [Digest] = [],
        restored: [ServiceName: RestorationName] = [:],
        prepared: [ServiceName: Set<RestorationName>] = [:],
        kept: [ServiceName: Set<RestorationName>] = [:]
    ) {
        self.replicas = replicas.sorted { $0.id < $1.id }
        self.volumes = volumes.sorted()
        self.sources = sources.sorted()
        self.restored = restored
        self.prepared = prepared
        self.kept = kept
    }

    package func replicas(of service: ServiceName) -> [ObservedReplica] {
        replicas.filter { $0.id.service == service }
    }

    package func replica(_ id: ReplicaID) -> ObservedReplica? { replicas.first { $0.id == id } }

    /// Changes when anything a plan depends on changes; stays the same while counters and times move, and while data is
    /// prepared that nobody asked to put in place yet.
    package var fingerprint: Digest {
        struct Essence: Encodable {
            let replicas: [Part]
            let volumes: [ServiceName]
            let sources: [Digest]
            /// Left out where there are none.
            let restored: [ServiceName: RestorationName]?
        }
        struct Part: Encodable {
            let id: ReplicaID
            let revision: Digest
            let configuration: Digest
            let state: ObservedReplica.State
            let ready: Bool
            let traffic: ObservedReplica.Traffic
        }
        let parts = replicas.map {
            Part(
                id: $0.id,
                revision: $0.revision,
                configuration: $0.configuration,
                state: $0.state,
                ready: $0.ready,
                traffic: $0.traffic
            )
        }
        return Digest(
            ofCanonical: Essence(
                replicas: parts,
                volumes: volumes,
                sources: sources,
                restored: restored.isEmpty ? nil : restored
            )
        )
    }
}

package struct ObservedReplica: Hashable, Sendable, Codable {
    package enum State: String, Hashable, Sendable, Codable {
        case running
        /// Stopped on purpose, still there.
        case stopped
        /// It ought to run and does not, or is restarted over and over.
        case failing
    }

    /// What the edge does with it.
    package enum Traffic: String, Hashable, Sendable, Codable {
        /// Gets no requests.
        case none
        /// Gets requests.
        case admitted
        /// Gets no new requests, finishes those in flight.
        case draining
    }

    package var id: ReplicaID
    package var revision: Digest
    package var configuration: Digest
    package var release: Int
    package var state: State
    /// It answered its probe when observed.
    package var ready: Bool
    package var traffic: Traffic
    package var inFlight: Int
    package var port: Int?
    package var processID: Int?
    package var startedAt: Instant?
    package var restarts: Int
    /// Why it is failing, in words.
    package var trouble: String?

    package init(
        id: ReplicaID,
        revision: Digest,
        configuration: Digest,
        release: Int,
        state: State = .running,
        ready: Bool = true,
        traffic: Traffic = .none,
        inFlight: Int = 0,
        port: Int? = nil,
        processID: Int? = nil,
        startedAt: Instant? = nil,
        restarts: Int = 0,
        trouble: String? = nil
    ) {
        self.id = id
        self.revision = revision
        self.configuration = configuration
        self.release = release
        self.state = state
        self.ready = ready
        self.traffic = traffic
        self.inFlight = inFlight
        self.port = port
        self.processID = processID
        self.startedAt = startedAt
        self.restarts = restarts
        self.trouble = trouble
    }
}
