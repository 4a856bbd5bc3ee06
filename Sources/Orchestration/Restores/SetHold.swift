import Basics
import StackModel
import Vault

/// Keeps a set from being pruned while it is read. A store that can only be read needs none: nobody prunes it from here.
struct SetHold {
    private let set: ChosenSet
    /// nil where somebody's pin holds it already, or where none could be written.
    private let reason: String?

    /// Longer than any restore takes; what a killed one leaves ends by itself.
    private static let term = TimeSpan.seconds(2 * 86_400)

    init(on set: ChosenSet, at now: Instant) async {
        self.set = set
        guard set.entry.pin == nil, !set.entry.hasUnreadablePin else {
            reason = nil
            return
        }
        let reason = "is being restored since \(VaultTime(now))"
        let until = Instant(milliseconds: now.milliseconds + Self.term.milliseconds)
        do throws(ReportableError) {
            try await set.vault.pin(set.manifest.set, reason: reason, until: until, at: now)
            self.reason = reason
        } catch {
            self.reason = nil
        }
    }

    /// Takes the pin away unless a person has put another in its place.
    func end() async {
        guard let reason else { return }
        await Task.detached {
            let series = set.manifest.set.series
            let entry = try? await set.vault.catalogue(of: series)[set.manifest.set]
            if entry?.pin?.reason == reason { try? await set.vault.unpin(set.manifest.set) }
        }.value
    }
}
