import Basics
import DataSources
import Interfaces
import StackModel
import Vault

/// Lays the data of backups beside where it is to live, service by service, before any of them starts.
struct RebuildLoading {
    let dependencies: Dependencies
    /// They open the vault with the identity that was brought.
    let doors: BackupDoors
    let survey: RebuildSurvey
    let diary: RebuildDiary

    /// What is whole stays when a later part fails: the next attempt goes on from there.
    var preparation: Preparation {
        Preparation(
            prepare: { (note) async throws(ReportableError) in
                for part in survey.parts { try await load(part, note) }
            },
            discard: {}
        )
    }

    private func load(_ part: RebuildPart, _ note: (String) -> Void) async throws(ReportableError) {
        let began = dependencies.now()
        let observed = try await dependencies.engine(survey.release.stack.engine).observe(survey.stack, .glance)
        if part.isThere(observed) {
            note("\(part.service): its data is there from an earlier attempt")
            return try await noteEarlier(part)
        }
        let (set, content) = try await loadNewest(of: part, note)
        let elapsed = began.elapsed(until: dependencies.now())
        note("\(part.service): loaded in \(elapsed.spoken): \(content), as in the set")
        diary.note("load \(part.service)", elapsed)
        diary.note(rebuilt(part, set, content))
    }

    /// Notes what an earlier attempt has laid: not always the newest set, which may have been passed over.
    func noteEarlier(_ part: RebuildPart) async throws(ReportableError) {
        let engine = try dependencies.engine(survey.release.stack.engine)
        let place = try await engine.dataPlace(of: part.service, in: survey.release)
        let origin = await KeptData(of: place, doors.runner).origin(of: part.name)
        let set = part.candidates.first { $0.origin == origin } ?? part.candidates.first
        if let set { diary.note(rebuilt(part, set, "loaded by an earlier attempt")) }
    }

    /// Each set is compared with what was counted when it was made; one that is not that is passed over for the one before.
    private func loadNewest(of part: RebuildPart, _ note: (String) -> Void)
        async throws(ReportableError) -> (ChosenSet, String)
    {
        var failure: ReportableError?
        for set in part.candidates {
            note("\(part.service): reading \(set.manifest.set)")
            do throws(ReportableError) {
                return (set, try await load(set, as: part.name))
            } catch {
                guard [.vaultDamaged, .notFound].contains(error.code) else { throw error }
                note("\(part.service): PASSED OVER \(set.manifest.set): \(error.message)")
                failure = failure ?? error
            }
        }
        throw (failure ?? ReportableError(.notFound, "there is no set of \(part.service)"))
            .during("no set of \(part.service) could be loaded")
    }

    private func load(_ set: ChosenSet, as name: RestorationName) async throws(ReportableError) -> String {
        let hold = await SetHold(on: set, at: dependencies.now())
        let preparation = SetPreparation(
            dependencies: dependencies,
            doors: doors,
            release: survey.release,
            set: set
        )
        let result: Result<String, ReportableError>
        do throws(ReportableError) {
            result = .success(try await preparation.prepare(as: name))
        } catch {
            result = .failure(error)
            try? await preparation.discard(name)
        }
        await hold.end()
        return try result.get()
    }

    private func rebuilt(_ part: RebuildPart, _ set: ChosenSet, _ content: String) -> RebuiltPart {
        RebuiltPart(
            subject: part.service.text,
            set: set.manifest.set.description,
            store: set.store,
            captured: set.state,
            recoveryPoint: set.state.elapsed(until: survey.began),
            content: content
        )
    }
}
