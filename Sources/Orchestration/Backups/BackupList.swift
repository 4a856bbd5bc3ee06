import Basics
import Interfaces
import Ledger
import Planning
import StackModel
import Vault

/// What sets there are of a stack, read from the vaults themselves: the ledger is not asked, so that what is listed is there.
package struct BackupList: Hashable, Sendable, Codable {
    package enum State: String, Hashable, Sendable, Codable {
        case committed, verified, proven
        /// Its manifest cannot be read, or what was last read of it was not what that says.
        case damaged
    }

    package struct Row: Hashable, Sendable, Codable {
        package let store: StoreName
        package let set: String
        package let state: State
        /// The moment whose state it holds; nil for a damaged one.
        package let captured: Instant?
        /// Bytes as stored.
        package let size: Int
        package let isPinned: Bool
        /// A part of a log, which is nothing by itself.
        package let isLog: Bool
    }

    /// The moments of a service that can be brought back from a store, without a gap.
    package struct Span: Hashable, Sendable, Codable {
        package let store: StoreName
        package let service: String
        package let from: Instant
        package let until: Instant
    }

    package let stack: StackID
    /// By store, series and number.
    package let rows: [Row]
    /// By store, oldest first.
    package let spans: [Span]
    /// The stores that could not be read. Their sets are not in the list.
    package let unread: [UnreadStore]
}

/// A store whose vault could not be read.
package struct UnreadStore: Hashable, Sendable, Codable {
    package let store: StoreName
    package let failure: ReportableError
}

/// Looks into the vaults of a deployed stack.
package struct BackupReader: Sendable {
    let dependencies: Dependencies
    let doors: BackupDoors

    package init(_ dependencies: Dependencies, _ doors: BackupDoors) {
        self.dependencies = dependencies
        self.doors = doors
    }

    /// A store without a vault has no sets; one that cannot be read hides none of the others.
    package func list(_ stack: StackID) async throws(ReportableError) -> BackupList {
        var (rows, spans): ([BackupList.Row], [BackupList.Span]) = ([], [])
        let unread = try await eachVault(of: stack) { (store, vault) throws(ReportableError) in
            let catalogue = try await vault.catalogue()
            let entries = catalogue.entries.filter { $0.set.series.stack == stack }
            rows += entries.map { BackupList.Row($0, in: store) }
            spans += BackupList.Span.all(of: entries, in: store)
            rows += catalogue.broken.filter { $0.set.series.stack == stack }.map {
                BackupList.Row(
                    store: store,
                    set: $0.set.description,
                    state: .damaged,
                    captured: nil,
                    size: 0,
                    isPinned: false,
                    isLog: false
                )
            }
        }
        return BackupList(stack: stack, rows: rows, spans: spans, unread: unread)
    }

    /// Reads and hashes all that is stored of the sets of a stack, and marks those that are sound. Says what is missing between
    /// them, too. Needs no key.
    package func verify(_ stack: StackID, only set: String? = nil) async throws(ReportableError) -> BackupVerdict {
        var (sound, flaws): ([String], [String]) = ([], [])
        let unread = try await eachVault(of: stack) { (store, vault) throws(ReportableError) in
            let catalogue = try await vault.catalogue()
            let sets = (catalogue.entries.map(\.set) + catalogue.broken.map(\.set)).filter {
                $0.series.stack == stack && (set == nil || $0.description == set)
            }
            for set in sets {
                guard let found = try await verify(set, in: vault) else { continue }
                flaws += found.flaws.map { "\(store): \($0.text)" }
                if found.isSound { sound.append("\(store): \(set)") }
            }
            guard set == nil else { return }
            flaws += try await whole(vault, of: sets.map(\.series)).map { "\(store): \($0)" }
        }
        if let set, sound.isEmpty, flaws.isEmpty, unread.isEmpty {
            throw ReportableError(.usage, "there is no set \(set)", hint: "See them with `slipway backup list`.")
        }
        return BackupVerdict(sound: sound, flaws: flaws, unread: unread)
    }

    /// What no set tells of itself: whether one between others is gone, and whether the words on how to restore are ours.
    private func whole(_ vault: Vault, of series: [SetSeries]) async throws(ReportableError) -> [String] {
        var flaws = try await vault.verifyGuides()
        for series in Set(series).sorted() {
            let links = try await vault.verifyChain(of: series)
            // What is wrong with a manifest was said of its set.
            flaws += links.filter { $0.blob == nil }.map(\.text)
        }
        return flaws
    }

    /// nil for a set that was pruned meanwhile.
    private func verify(_ set: SetID, in vault: Vault) async throws(ReportableError) -> SetVerdict? {
        do throws(ReportableError) {
            let found = try await vault.verify(set)
            do throws(ReportableError) {
                try await vault.mark(found, of: set, at: dependencies.now())
            } catch {
                // What was found is what it is, also where nobody may write.
                doors.tell("\(set): what was found could not be marked in the vault: \(error.message)")
            }
            return found
        } catch  where error.code == .notFound {
            return nil
        }
    }

    /// Does something with the vault of each store that has one, and returns the stores where that failed.
    private func eachVault(
        of stack: StackID,
        _ work: (StoreName, Vault) async throws(ReportableError) -> Void
    ) async throws(ReportableError) -> [UnreadStore] {
        let release = try await dependencies.currentRelease(of: stack)
        let opener = OpenVault(dependencies: dependencies, doors: doors)
        var unread: [UnreadStore] = []
        for store in release.stack.stores {
            do throws(ReportableError) {
                if let vault = try await opener.findAny(store) { try await work(store.name, vault) }
            } catch {
                unread.append(UnreadStore(store: store.name, failure: error))
            }
        }
        return unread
    }
}

/// What verifying has found.
package struct BackupVerdict: Hashable, Sendable, Codable {
    /// Sets whose stored bytes are those of their manifests.
    package let sound: [String]
    package let flaws: [String]
    package let unread: [UnreadStore]

    package var isSound: Bool { flaws.isEmpty && unread.isEmpty }
}

extension BackupList.Row {
    /// - Parameter state: what it can be brought to by its log; its own without one.
    init(_ entry: Catalogue.Entry, in store: StoreName, state: Instant? = nil) {
        self.init(
            store: store,
            set: entry.set.description,
            state: BackupList.State(entry),
            captured: state ?? entry.manifest.captured.instant,
            size: entry.manifest.size,
            isPinned: entry.pin != nil || entry.hasUnreadablePin,
            isLog: LogSet(entry.manifest) != nil
        )
    }
}

extension BackupList.State {
    fileprivate init(_ entry: Catalogue.Entry) {
        self =
            if entry.damaged != nil {
                .damaged
            } else if entry.proven != nil {
                .proven
            } else {
                entry.verified != nil ? .verified : .committed
            }
    }
}

extension BackupList.Span {
    fileprivate static func all(of entries: [Catalogue.Entry], in store: StoreName) -> [Self] {
        let logs = Dictionary(grouping: entries.filter { LogSet($0.manifest) != nil }, by: \.set.series)
        var windows: [String: [RecoveryWindow]] = [:]
        for entry in entries {
            guard let base = BaseSet(entry.manifest), let series = entry.set.series.log else { continue }
            let log = logs[series, default: []].logSets
            windows[entry.manifest.subject, default: []].append(RecoveryWindow(of: base, among: log))
        }
        return windows.sorted { $0.key < $1.key }.flatMap { service, windows in
            windows.spans.map {
                Self(store: store, service: service, from: $0.lowerBound, until: $0.upperBound)
            }
        }
    }
}
