import Basics
import Interfaces
import StackModel

/// The record of one restoration's data, and what all of them say of a service.
struct PreparedRecord: Sendable {
    private static let limit = 64 << 10

    private let path: String

    init(_ stack: StackFolder, _ service: ServiceName, _ name: RestorationName) {
        path = PreparedData.file(of: stack.beside(service, name))
    }

    /// nil when there is none that can be understood.
    func read() -> PreparedData? {
        guard let content = Disk.read(path, last: Self.limit) else { return nil }
        return try? CanonicalJSON.decode(PreparedData.self, from: String(decoding: content, as: UTF8.self))
    }

    func write(_ record: PreparedData) throws(ReportableError) {
        try Disk.write(CanonicalJSON.encode(record), to: path)
    }
}

/// What lies beside the live data of a service, and where that came from.
struct BesideData: Sendable {
    /// The restoration whose data is live.
    private(set) var live: RestorationName?
    /// Restorations that can be put in place.
    private(set) var prepared: Set<RestorationName> = []
    /// Restorations in whose stead earlier data is kept.
    private(set) var kept: Set<RestorationName> = []

    init(_ stack: StackFolder, _ service: ServiceName) {
        let volume = FolderIdentity(of: stack.volume(service))
        for name in Disk.list(stack.beside(service)).compactMap(Self.name) {
            let folder = FolderIdentity(of: stack.beside(service, name))
            let record = PreparedRecord(stack, service, name).read()
            if let record, record.directory == volume { live = name }
            if let record, record.directory == folder {
                prepared.insert(name)
            } else if folder != nil {
                kept.insert(name)
            }
        }
    }

    /// Of a directory or of its record: one may be there without the other.
    private static func name(_ entry: String) -> RestorationName? {
        RestorationName(entry.hasSuffix(".json") ? String(entry.dropLast(5)) : entry)
    }
}
