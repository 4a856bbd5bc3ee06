import Basics

/// What is backed up, when, how long it is kept and where it goes.
package struct BackupPolicy: Hashable, Sendable, Codable {
    package enum Subject: Hashable, Sendable, Codable {
        /// The spec, the rendered files, the sealed secrets.
        case config
        case service(ServiceName)
    }

    package var name: String
    package var subject: Subject
    /// A cron expression with five fields, as Vixie cron reads it.
    package var schedule: String
    package var keep: Retention
    package var stores: [StoreName]
    /// A cron expression or one of hourly, daily, weekly, monthly: how often a set is restored and probed.
    package var prove: String?
    /// How the service is brought to rest; nil where it is not.
    package var quiesce: Quiesce?

    package init(
        name: String,
        subject: Subject,
        schedule: String,
        keep: Retention,
        stores: [StoreName],
        prove: String? = nil,
        quiesce: Quiesce? = nil
    ) {
        self.name = name
        self.subject = subject
        self.schedule = schedule
        self.keep = keep
        self.stores = stores
        self.prove = prove
        self.quiesce = quiesce
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
