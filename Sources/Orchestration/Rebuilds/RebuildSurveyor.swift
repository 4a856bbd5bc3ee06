import Basics
import DataSources
import Interfaces
import Ledger
import StackModel
import Vault

/// Looks at a vault and at this machine before anything is changed.
struct RebuildSurveyor {
    let dependencies: Dependencies
    let doors: BackupDoors
    let wish: RebuildWish
    let consent: NamedStores.Consent

    /// Throws `secretFailed` when the identity does not open the vault, `usage` when the vault holds several stacks and none
    /// is named, `needsDecision` when the machine has something of the stack, or data would not come back that should,
    /// and what a deploy lacks here.
    func survey() async throws(ReportableError) -> RebuildSurvey {
        let began = dependencies.now()
        let identity = try AgeIdentityFile(path: wish.identity).read()
        let opener = OpenVault(dependencies: dependencies, doors: doors.opening(with: identity))
        var shelves = try await RebuildShelves(at: wish.vault, opener)
        try check(identity, shelves.named.vault)
        let stack = try stack(in: shelves)
        let (entry, saved, damaged) = try await configuration(of: stack, shelves, identity)
        try checkSources(of: saved)
        try await lookFurther(&shelves, entry, saved, opener)
        let engine = try dependencies.engine(saved.contents.stack.engine)
        let ground = RebuildGround(dependencies: dependencies, engine: engine, stack: stack)
        let serving = try await ground.serving()
        let (parts, gaps) = parts(of: saved.contents.stack, shelves, until: serving?.startedAt)
        let missing = serving == nil ? try await ground.missing(of: parts) : []
        if serving == nil { try checkLosses(gaps) }
        let (release, doubts) = try await release(saved, engine)
        try await checkRoom(for: missing, release, engine)
        try await checkOwners(of: missing, release, engine, identity)
        return RebuildSurvey(
            stack: stack,
            vault: wish.vault,
            configuration: BackupList.Row(entry, in: shelves.named.store),
            configurationDigest: entry.digest.hex,
            parts: serving == nil ? parts : [],
            earlier: serving == nil ? [] : parts,
            gaps: gaps
                + RebuildGap.unsaved(in: saved.contents.stack).filter { gap in
                    !parts.contains { $0.service == gap.service }
                },
            warnings: damaged + shelves.warnings + passedOver(entry, parts, shelves) + doubts,
            isServing: serving != nil,
            identity: identity,
            saved: saved,
            release: release,
            began: began,
            elapsed: began.elapsed(until: dependencies.now())
        )
    }

    /// Into the stack's other stores, once a person has said so.
    private func lookFurther(
        _ shelves: inout RebuildShelves,
        _ entry: Catalogue.Entry,
        _ saved: SavedConfiguration,
        _ opener: OpenVault
    ) async throws(ReportableError) {
        let stack = saved.contents.stack
        let others = stack.stores.filter { $0.location != wish.vault.location }
        guard !others.isEmpty else { return }
        let named = NamedStores(stack: stack.id, configurationDigest: entry.digest.hex, stores: others)
        if try await consent(named) { await shelves.add(others, opener) } else { shelves.pass(by: others) }
    }

    /// Before the first object is read: the wrong key is the likeliest mistake.
    private func check(_ identity: AgeIdentity, _ vault: Vault) throws(ReportableError) {
        let recipients = vault.description.recipients
        guard let own = identity.recipient?.description, !recipients.isEmpty, !recipients.contains(own) else { return }
        throw ReportableError(
            .secretFailed,
            "the identity in \(wish.identity) is not the one that opens this vault",
            hint: "The vault is sealed for \(recipients.joined(separator: ", ")); this identity is of \(own)."
        )
    }

    private func stack(in shelves: RebuildShelves) throws(ReportableError) -> StackID {
        let all = shelves.stacks
        let names = all.map(\.description).joined(separator: ", ")
        let wanted = all.filter { id in
            wish.stack.map { $0 == id.stack } ?? true && wish.environment.map { $0 == id.environment } ?? true
        }
        if wanted.count == 1 { return wanted[0] }
        guard !all.isEmpty else {
            throw ReportableError(
                .notFound,
                "the vault \(wish.vault) holds no configuration of a stack, so that nothing can be rebuilt from it alone",
                hint: "A policy `of: config` makes such sets. With the stack's own files, `slipway deploy` and then "
                    + "`slipway restore` bring back what else is in it."
            )
        }
        throw ReportableError(
            .usage,
            wanted.isEmpty
                ? "the vault \(wish.vault) holds no such stack" : "the vault \(wish.vault) holds several stacks",
            hint: "It holds \(names): name one, as in `slipway rebuild \(all[0]) --vault ...`."
        )
    }

    /// The newest that is sound. A damaged one is told of.
    private func configuration(of stack: StackID, _ shelves: RebuildShelves, _ identity: AgeIdentity)
        async throws(ReportableError) -> (Catalogue.Entry, SavedConfiguration, warnings: [String])
    {
        var warnings: [String] = []
        for entry in shelves.configurations(of: stack, wish) {
            let content = SetContent(of: entry.manifest, in: shelves.named.vault, by: identity)
            do throws(ReportableError) {
                return (entry, try await SavedConfiguration(reading: content), warnings)
            } catch  where [.vaultDamaged, .notFound].contains(error.code) {
                warnings.append("the configuration \(entry.set) is passed over: \(error.message)")
            }
        }
        throw ReportableError(
            warnings.isEmpty ? .notFound : .vaultDamaged,
            "the vault \(wish.vault) holds no \(warnings.isEmpty ? "" : "sound ")configuration of \(stack)"
                + (wish.until == nil ? "" : " of that moment or before"),
            details: warnings
        )
    }

    private func checkSources(of saved: SavedConfiguration) throws(ReportableError) {
        for service in wish.sources.keys.sorted() where saved.contents.templates[service]?.source == nil {
            throw ReportableError(
                .usage,
                "--source names \(service), and \(saved.contents.stack.id) has no source of it"
            )
        }
        let missing = saved.missingSources.filter { wish.sources[$0] == nil }
        guard !missing.isEmpty else { return }
        let names = missing.map(\.text).joined(separator: ", ")
        throw ReportableError(
            .needsDecision,
            "the set \(saved.manifest.set) does not hold the source of \(names)",
            hint: "Bring the folder here and name it: " + missing.map { "--source \($0)=FOLDER" }.joined(separator: " ")
        )
    }

    /// - Parameter start: when a rebuild began that serves by now: what was backed up since was not there for it.
    private func parts(of stack: Stack, _ shelves: RebuildShelves, until start: Instant?)
        -> ([RebuildPart], [RebuildGap])
    {
        var wish = wish
        wish.until = [wish.until, start].compactMap(\.self).min()
        var (parts, gaps): ([RebuildPart], [RebuildGap]) = ([], [])
        for service in stack.restorable {
            if let part = RebuildPart(service, shelves.data(of: service, of: stack.id, wish)) {
                parts.append(part)
            } else if stack.isBackedUp(service) {
                gaps.append(RebuildGap(service: service, text: "begins EMPTY: no set of it was found", isLoss: true))
            }
        }
        for service in stack.services where service.replicas == 0 && stack.isBackedUp(service.name) {
            let text = "is NOT loaded: it has no replicas in that configuration"
            gaps.append(RebuildGap(service: service.name, text: text, isLoss: true))
        }
        return (parts, gaps)
    }

    private func checkLosses(_ gaps: [RebuildGap]) throws(ReportableError) {
        let lost = gaps.filter(\.isLoss).map(\.service.text).joined(separator: ", ")
        guard !lost.isEmpty, !wish.acceptsMissing else { return }
        throw ReportableError(
            .needsDecision,
            "there is no set of \(lost) in \(wish.vault), and none in another store of the stack",
            hint: "Name the vault that has it. With --accept-missing the rest comes back, and \(lost) begins empty."
        )
    }

    private func checkRoom(for parts: [RebuildPart], _ release: Release, _ engine: any Engine)
        async throws(ReportableError)
    {
        var needs: [(place: DataPlace, bytes: Int)] = []
        for part in parts { needs.append((try await engine.dataPlace(of: part.service, in: release), part.size)) }
        try await DiskRoom.check(needs)
    }

    /// What root has captured nobody else can lay: found out before anything is changed.
    private func checkOwners(of parts: [RebuildPart], _ release: Release, _ engine: any Engine, _ identity: AgeIdentity)
        async throws(ReportableError)
    {
        for part in parts where !part.holdsServerData(in: release.stack) {
            guard let set = part.candidates.first else { continue }
            let content = SetContent(of: set.manifest, in: set.vault, by: identity)
            let place = try await engine.dataPlace(of: part.service, in: release)
            try await FilesOwnership(of: place).check(try await content.facts(), content.object)
        }
    }

    private func passedOver(_ entry: Catalogue.Entry, _ parts: [RebuildPart], _ shelves: RebuildShelves) -> [String] {
        ([entry] + parts.compactMap(\.candidates.first?.entry)).flatMap(shelves.passedOver)
    }

    /// The release with the addresses that this machine gives it, and what is in its way here.
    private func release(_ saved: SavedConfiguration, _ engine: any Engine)
        async throws(ReportableError) -> (Release, warnings: [String])
    {
        func release(_ contents: Release.Contents) -> Release {
            Release(
                number: 1,
                contents: contents,
                createdAt: dependencies.now(),
                createdBy: dependencies.actor,
                reason: "rebuild"
            )
        }
        let draft = ReleaseDraft(dependencies: dependencies, engine: engine)
        let contents = try await draft.rescaled(release(saved.contents), to: [:])
        let (reduced, warnings) = try await draft.reduced(contents, by: Preflight(engine: engine))
        return (release(reduced), warnings)
    }
}
