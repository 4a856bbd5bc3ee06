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
        await shelves.add(storesOf: saved.contents.stack, opener)
        let engine = try dependencies.engine(saved.contents.stack.engine)
        let ground = RebuildGround(dependencies: dependencies, engine: engine, stack: stack)
        let isServing = try await ground.isServing()
        let (parts, gaps) = isServing ? ([], []) : parts(of: saved.contents.stack, shelves)
        let missing = isServing ? [] : try await ground.missing(of: parts)
        try checkLosses(gaps)
        let (release, doubts) = try await release(saved, engine)
        try await checkRoom(for: missing, release, engine)
        return RebuildSurvey(
            stack: stack,
            vault: wish.vault,
            configuration: BackupList.Row(entry, in: shelves.named.store),
            configurationDigest: entry.digest.hex,
            parts: parts,
            gaps: gaps
                + RebuildGap.unsaved(in: saved.contents.stack).filter { gap in
                    !parts.contains { $0.service == gap.service }
                },
            warnings: damaged + shelves.warnings + passedOver(entry, parts, shelves) + doubts,
            isServing: isServing,
            identity: identity,
            saved: saved,
            release: release,
            began: began,
            elapsed: began.elapsed(until: dependencies.now())
        )
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
        let missing = saved.missingSources.filter { wish.sources[$0] == nil }
        guard !missing.isEmpty else { return }
        let names = missing.map(\.text).joined(separator: ", ")
        throw ReportableError(
            .needsDecision,
            "the set \(saved.manifest.set) does not hold the source of \(names)",
            hint: "Bring the folder here and name it: " + missing.map { "--source \($0)=FOLDER" }.joined(separator: " ")
        )
    }

    private func parts(of stack: Stack, _ shelves: RebuildShelves) -> ([RebuildPart], [RebuildGap]) {
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
