import Basics

/// What is backed up, when, how long it is kept and where it goes.
package struct BackupPolicy: Hashable, Sendable, Codable {
    package enum Subject: Hashable, Sendable, Codable {
        /// The spec, the rendered files, the sealed secrets.
        case config
        case service(ServiceName)
        /// What a service has written since: the archived log of a Postgres, the append-only file of a Redis. Never said by a
        /// spec (`BackupPolicy.log`).
        case log(ServiceName)
    }

    package var name: String
    package var subject: Subject
    /// A cron expression with five fields, as Vixie cron reads it.
    package var schedule: String
    package var keep: Retention
    package var stores: [StoreName]
    /// A cron expression or one of hourly, daily, weekly, monthly: how often a set is restored and probed.
    package var prove: String?
    /// A cron expression or one of those words: how often the log of a Postgres or a Redis goes into the stores. Its sets are
    /// then copies that the log leads on from, to any moment that it tells of.
    package var pointInTime: String?
    /// How the service is brought to rest; nil where it is not.
    package var quiesce: Quiesce?

    package init(
        name: String,
        subject: Subject,
        schedule: String,
        keep: Retention,
        stores: [StoreName],
        prove: String? = nil,
        pointInTime: String? = nil,
        quiesce: Quiesce? = nil
    ) {
        self.name = name
        self.subject = subject
        self.schedule = schedule
        self.keep = keep
        self.stores = stores
        self.prove = prove
        self.pointInTime = pointInTime
        self.quiesce = quiesce
    }
}

extension BackupPolicy {
    /// What the name of a policy gets added for its log.
    package static let logSuffix = "-wal"

    /// The policy that ships the log which its sets are brought to a point in time by: it has times, a series and runs of
    /// its own, like every other one.
    package var log: BackupPolicy? {
        guard let pointInTime, case .service(let service) = subject else { return nil }
        return BackupPolicy(
            name: name + Self.logSuffix,
            subject: .log(service),
            schedule: pointInTime,
            keep: keep,
            stores: stores
        )
    }
}

extension Stack {
    /// The declared policies, each with that of its log behind it.
    package var policies: [BackupPolicy] { backups.flatMap { [$0] + ($0.log.map { [$0] } ?? []) } }

    /// Whether a service has to keep its log until it is in a store.
    package func archivesLog(of service: ServiceName) -> Bool {
        backups.contains { $0.log?.subject == .log(service) }
    }
}

/// How many sets of each age survive.
package struct Retention: Hashable, Sendable, Codable {
    package var last: Int?
    package var hourly: Int?
    package var daily: Int?
    package var weekly: Int?
    package var monthly: Int?
    package var yearly: Int?
    package var within: TimeSpan?

    package init(
        last: Int? = nil,
        hourly: Int? = nil,
        daily: Int? = nil,
        weekly: Int? = nil,
        monthly: Int? = nil,
        yearly: Int? = nil,
        within: TimeSpan? = nil
    ) {
        self.last = last
        self.hourly = hourly
        self.daily = daily
        self.weekly = weekly
        self.monthly = monthly
        self.yearly = yearly
        self.within = within
    }
}

/// A place where backup sets live.
package struct Store: Hashable, Sendable, Codable {
    package enum Location: Hashable, Sendable, Codable {
        case directory(String)
        case s3(endpoint: String, bucket: String, region: String, prefix: String?)
        case sftp(host: String, port: Int, user: String, path: String)
    }

    package var name: StoreName
    package var location: Location

    package init(name: StoreName, location: Location) {
        self.name = name
        self.location = location
    }
}
