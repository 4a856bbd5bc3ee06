import Basics
import Planning
import StackModel
import Vault

/// What the manifests of captured data, and of the parts of the log that leads on from it, say of themselves.
enum LogFacts {
    static let lineage = "lineage"
    /// Of a Postgres: segments, by name.
    static let first = "firstSegment"
    static let last = "lastSegment"
    static let bytes = "segmentBytes"
    /// While this is the number of the server's next transaction, there is nothing to ship.
    static let idle = "idleAt"
    /// Of a Redis: places in its append-only file.
    static let from = "logFrom"
    static let to = "logTo"

    static func subject(of service: ServiceName) -> String { "\(service).log" }

    fileprivate static func segment(_ key: String, of manifest: SetManifest) -> LogSegment? {
        guard let name = manifest.identity[key], let bytes = manifest.identity[bytes].flatMap({ Int($0) }) else {
            return nil
        }
        return LogSegment(name, bytes: bytes)
    }

    fileprivate static func place(_ key: String, of manifest: SetManifest) -> LogPlace? {
        manifest.identity[key].flatMap { LogPlace($0) }
    }
}

extension BaseSet {
    /// nil for a set that is none.
    init?(_ manifest: SetManifest) {
        guard manifest.identity[LogFacts.last] == nil, manifest.identity[LogFacts.to] == nil,
            let lineage = manifest.identity[LogFacts.lineage]
        else { return nil }
        let (id, at) = (manifest.set.description, manifest.captured.instant)
        if let segment = LogFacts.segment(LogFacts.first, of: manifest) {
            self.init(id: id, lineage: lineage, first: LogPlace(file: segment.number), at: at)
        } else if let place = LogFacts.place(LogFacts.from, of: manifest) {
            self.init(id: id, lineage: lineage, first: place, at: at, grain: .seconds(1))
        } else {
            return nil
        }
    }
}

extension LogSet {
    /// nil for a set that is none.
    init?(_ manifest: SetManifest) {
        guard let lineage = manifest.identity[LogFacts.lineage] else { return nil }
        let (id, until) = (manifest.set.description, manifest.captured.instant)
        if let first = LogFacts.segment(LogFacts.first, of: manifest),
            let last = LogFacts.segment(LogFacts.last, of: manifest), first <= last, first.timeline == last.timeline
        {
            let (first, end) = (LogPlace(file: first.number), LogPlace(file: last.number + 1))
            self.init(id: id, lineage: lineage, first: first, end: end, until: until)
        } else if let first = LogFacts.place(LogFacts.from, of: manifest),
            let end = LogFacts.place(LogFacts.to, of: manifest), first <= end
        {
            self.init(id: id, lineage: lineage, first: first, end: end, until: until)
        } else {
            return nil
        }
    }
}

extension SetSeries {
    /// That of the log which leads on from the sets of this one.
    var log: SetSeries? { PolicyName(policy.text + BackupPolicy.logSuffix).map { SetSeries(stack, $0) } }
}
