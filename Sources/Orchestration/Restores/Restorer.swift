import Basics
import Interfaces
import Ledger
import StackModel
import Vault

/// Brings the data of backup sets back into a deployed stack: chooses the sets, and prepares what they hold beside the live
/// data. The swap itself is a change like every other one.
package struct Restorer: Sendable {
    let dependencies: Dependencies
    let doors: BackupDoors

    package init(_ dependencies: Dependencies, _ doors: BackupDoors) {
        self.dependencies = dependencies
        self.doors = doors
    }

    /// Does the same for a moment that no log in a store tells of yet: has the log shipped first, if its server runs.
    package func chooseShipping(_ wish: RestoreWish, of stack: StackID) async throws(ReportableError) -> RestoreChoice {
        do throws(ReportableError) {
            return try await choose(wish, of: stack)
        } catch {
            let release = try await dependencies.currentRelease(of: stack)
            guard error.code == .notFound, let log = MomentChooser.log(for: wish, in: release) else { throw error }
            doors.tell("\(log.name): shipping what was written until now")
            do throws(ReportableError) {
                _ = try await BackupRunner(dependencies, doors).run(log.name, of: stack, isWanted: true)
            } catch {
                doors.tell("\(log.name): \(error.message)")
            }
            return try await choose(wish, of: stack)
        }
    }

    /// Reads manifests only.
    package func choose(_ wish: RestoreWish, of stack: StackID) async throws(ReportableError) -> RestoreChoice {
        if let moment = wish.at, moment > dependencies.now() {
            throw ReportableError(.usage, "\(VaultTime(moment)) has not come yet", hint: "Moments are in UTC.")
        }
        let release = try await dependencies.currentRelease(of: stack)
        let opener = OpenVault(dependencies: dependencies, doors: doors)
        let shelves = try await SetShelves(of: release, only: wish.store, opener)
        let chooser = SetChooser(release: release, shelves: shelves)
        let sets = try chooser.choose(wish)
        let unread = shelves.unread.map { "the store \($0.store) was not read: \($0.failure.message)" }
        return RestoreChoice(
            stack: stack,
            sets: sets,
            warnings: unread + chooser.passedOver(for: sets)
                + (wish.set == nil ? chooser.ledOn(from: sets) : []) + (try await crowd(beside: sets, release)),
            at: dependencies.now()
        )
    }

    /// Each restore keeps one more copy of the data.
    private func crowd(beside sets: [ChosenSet], _ release: Release) async throws(ReportableError) -> [String] {
        let kept = try await dependencies.engine(release.stack.engine).observe(release.stack.id, .glance).kept
        return sets.compactMap { set in
            guard let count = kept[set.service]?.count else { return nil }
            let restores = count == 1 ? "an earlier restore" : "\(count) earlier restores"
            return "beside the data of \(set.service) lies that of before \(restores); "
                + "`slipway restore \(release.stack.id) --forget` removes it"
        }
    }

    /// What `Deployer` needs before it can carry out the choice.
    package func preparation(of choice: RestoreChoice) -> Preparation {
        Preparation(
            prepare: { (note) async throws(ReportableError) in
                do throws(ReportableError) {
                    try await prepare(choice, note: note)
                } catch {
                    await discard(choice)
                    throw error
                }
            },
            discard: { await discard(choice) }
        )
    }

    /// Puts back what was live before the last restore of these services; without any, of the only one that there was.
    package func undo(_ services: Set<ServiceName>, of stack: StackID) async throws(ReportableError) -> Change {
        let release = try await dependencies.currentRelease(of: stack)
        let observed = try await dependencies.engine(release.stack.engine).observe(stack, .glance)
        let restored = observed.restored
        let known = restored.keys.sorted().map(\.text).joined(separator: ", ")
        guard !restored.isEmpty else {
            throw ReportableError(.notFound, "there is nothing to undo: no data of \(stack) came by a restore")
        }
        guard !services.isEmpty || restored.count == 1 else {
            throw ReportableError(.usage, "undo which restore? of \(known)", hint: "Say it with --service.")
        }
        var data: [ServiceName: WantedData] = [:]
        for service in services.isEmpty ? Set(restored.keys) : services {
            guard let name = restored[service] else {
                throw ReportableError(
                    .notFound,
                    "there is nothing to undo: the data of \(service) did not come by a restore",
                    hint: "That of \(known) did."
                )
            }
            guard observed.kept[service]?.contains(name) == true else {
                throw ReportableError(
                    .notFound,
                    "there is nothing to undo: before \(name) there was no data of \(service), or it is gone",
                    hint: "Restore another set: `slipway backup list` shows them."
                )
            }
            data[service] = .before(name)
        }
        return .restore(data)
    }

    private func prepare(_ choice: RestoreChoice, note: @escaping @Sendable (String) -> Void)
        async throws(ReportableError)
    {
        let release = try await dependencies.currentRelease(of: choice.stack)
        for set in choice.sets {
            guard let name = choice.names[set.service] else { continue }
            let began = dependencies.now()
            note("\(set.service): reading \(set.manifest.set) and loading it beside the live data")
            let preparation = SetPreparation(dependencies: dependencies, doors: doors, release: release, set: set)
            let hold = await SetHold(on: set, at: began)
            let content: String
            do throws(ReportableError) {
                content = try await preparation.prepare(as: name)
            } catch {
                await hold.end()
                throw error
            }
            await hold.end()
            let elapsed = began.elapsed(until: dependencies.now())
            let state = set.replay.map { "as at \(VaultTime($0.moment))" } ?? "as in the set"
            note("\(set.service): prepared in \(elapsed.spoken): \(content), \(state)")
        }
    }

    /// What is live stays, and so does what was live before it.
    private func discard(_ choice: RestoreChoice) async {
        // Also in a cancelled task.
        await Task.detached {
            guard let release = try? await dependencies.currentRelease(of: choice.stack) else { return }
            for set in choice.sets {
                guard let name = choice.names[set.service] else { continue }
                let preparation = SetPreparation(dependencies: dependencies, doors: doors, release: release, set: set)
                try? await preparation.discard(name)
            }
        }.value
    }
}
