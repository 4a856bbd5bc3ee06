import Basics

package struct Redis: Hashable, Sendable, Codable {
    package enum Persistence: String, Hashable, Sendable, Codable, CaseIterable {
        case aof, rdb
    }

    /// The version or the beginning of it, as in `7` or `7.0`; whichever the engine has when nil.
    package var version: String?
    package var persistence: [Persistence]
    /// `maxmemory`; no limit when nil.
    package var memory: ByteCount?
    /// The image, where containers run; one for `version` when nil.
    package var image: String?

    package init(
        version: String? = nil,
        persistence: [Persistence] = [.aof, .rdb],
        memory: ByteCount? = nil,
        image: String? = nil
    ) {
        self.version = version
        self.persistence = persistence
        self.memory = memory
        self.image = image
    }
}

package struct Postgres: Hashable, Sendable, Codable {
    /// The version or the beginning of it, as in `15`; whichever the engine has when nil.
    package var version: String?
    package var database: String
    /// The image, where containers run; one for `version` when nil.
    package var image: String?

    package init(version: String? = nil, database: String, image: String? = nil) {
        self.version = version
        self.database = database
        self.image = image
    }
}

package struct Prometheus: Hashable, Sendable, Codable {
    package var retention: TimeSpan
    package var scrapeInterval: TimeSpan
    /// The image, where containers run; a fixed version of the official one when nil.
    package var image: String?
    /// The page that alerts point to, which has a heading for each; Slipway's own when nil.
    package var runbook: String?

    package init(
        retention: TimeSpan = TimeSpan(milliseconds: 1_296_000_000),
        scrapeInterval: TimeSpan = .seconds(15),
        image: String? = nil,
        runbook: String? = nil
    ) {
        self.retention = retention
        self.scrapeInterval = scrapeInterval
        self.image = image
        self.runbook = runbook
    }
}

package struct Grafana: Hashable, Sendable, Codable {
    /// The image, where containers run; a fixed version of the official one when nil.
    package var image: String?

    package init(image: String? = nil) { self.image = image }
}

/// A program that shows a data service's figures to Prometheus. No spec declares one: it comes with the service it
/// watches, in a stack that has a Prometheus.
package struct Exporter: Hashable, Sendable, Codable {
    package enum Subject: String, Hashable, Sendable, Codable, CaseIterable {
        case redis, postgres
    }

    package var subject: Subject
    /// The service it watches.
    package var service: ServiceName

    package init(subject: Subject, service: ServiceName) {
        self.subject = subject
        self.service = service
    }
}

/// The program that tells people about alerts. No spec declares one: it comes with the Prometheus of a stack that has
/// contacts.
package struct Alertmanager: Hashable, Sendable, Codable {
    package init() {}
}
