import Basics
import DataSources
import Interfaces
import Ledger
import StackModel
import Synchronization
import Vault

/// Makes the data of a set lie beside the live data of its service, ready to take its place.
struct DataPreparation {
    let dependencies: Dependencies
    let doors: BackupDoors
    let release: Release
    let set: ChosenSet

    /// Reads every object of the set, also what the server does not need, and returns in words what was counted. Nothing is
    /// there when it throws.
    func prepare(as name: RestorationName) async throws(ReportableError) -> String {
        let identity = try doors.identity()
        let (vault, manifest) = (set.vault, set.manifest)
        guard let facts = try await FactsObject.read(from: manifest, in: vault, by: identity) else {
            throw ReportableError(.vaultDamaged, "the set \(manifest.set) does not say what it holds")
        }
        let read = Mutex<Set<String>>([FactsObject.name])
        let source: ObjectSource = { (name) async throws(ReportableError) in
            read.withLock { _ = $0.insert(name) }
            return try await vault.read(try manifest.object(name), of: manifest.set, by: [identity])
        }
        let words = try await lay(facts, as: name, source)
        for object in manifest.objects where !read.withLock({ $0.contains(object.name) }) {
            let content = try await source(object.name)
            while try await content.next() != nil {}
        }
        return words
    }

    private func lay(_ facts: DataFacts, as name: RestorationName, _ source: @escaping ObjectSource)
        async throws(ReportableError) -> String
    {
        let access = try await engine.dataAccess(of: set.service, in: release.stack.id)
        let folder = folder(name, access)
        let scratch = try doors.scratch("restore-\(release.stack.id)-\(set.service)")
        switch (facts, access.server) {
        case (.redis(let facts), .redis):
            try await SpareRoom.check(facts.rdbSize, in: access.volume, for: set.service.text)
            let content = try await RedisRestoration(access: access, runner: doors.runner)
                .prepare(in: folder, scratch: scratch, facts: facts, object: source)
            return "\(content.keys) \(content.keys == 1 ? "key" : "keys")"
        case (.postgres(let facts), .postgres):
            let dump = set.manifest.objects.map(\.plain.size).max() ?? 0
            try await SpareRoom.check(facts.size + dump, in: access.volume, for: set.service.text)
            try await PostgresRestoration(access: access, runner: doors.runner)
                .prepare(in: folder, scratch: scratch, facts: facts, object: source)
            return "\(facts.rows) \(facts.rows == 1 ? "row" : "rows")"
        case (.redis, .postgres), (.postgres, .redis):
            throw ReportableError(
                .usage,
                "the set \(set.manifest.set) is not of a \(access.server.rawValue), which \(set.service) is",
                hint: "See what the sets are of with `slipway backup list`."
            )
        }
    }

    /// Takes away what was prepared, unless it is live.
    func discard(_ name: RestorationName) async throws(ReportableError) {
        let observed = try await engine.observe(release.stack.id, .glance)
        guard observed.restored[set.service] != name else { return }
        let access = try await engine.dataAccess(of: set.service, in: release.stack.id)
        try await Leftovers.clear(folder(name, access), doors.runner)
    }

    private var engine: any Engine {
        get throws(ReportableError) { try dependencies.engine(release.stack.engine) }
    }

    private func folder(_ name: RestorationName, _ access: DataAccess) -> String {
        let above = access.volume.split(separator: "/").dropLast().joined(separator: "/")
        return "/\(above)/.beside/\(set.service)/\(name)"
    }
}
