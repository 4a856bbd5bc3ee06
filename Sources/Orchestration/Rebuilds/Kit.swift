import Basics
import StackModel
import Vault

/// What a person has to have at hand when the machine is gone, on one page. It holds no secret unless the identity was asked
/// for.
package struct Kit: Sendable {
    /// A store and the vault in it.
    package struct Place: Sendable {
        package let store: StoreName
        package let address: StoreAddress
        /// nil when it could not be read, or there is none yet.
        package let vault: String?
        package let trouble: String?
        /// Whom the vault is sealed for; nobody where it is open.
        package let recipients: [String]
        /// What there are sets of: `config`, or a service.
        package let subjects: [String]
        /// The newest set with a configuration, when it was made, and the digest of its manifest.
        package let configuration: (set: String, captured: Instant, digest: String)?
        package let needsCredentials: Bool

        /// A rebuild can begin here.
        package var holdsConfiguration: Bool { configuration != nil }
    }

    package let stack: StackID
    package let engine: EngineKind
    package let release: Int
    package let written: Instant
    package let places: [Place]
    /// The public half of the key: whom the vaults are sealed for.
    package let recipient: String
    package let identity: Redacted<String>?
    /// Of the servers and programs that made the newest sets.
    package let versions: [String: String]
    /// What the services run, as the spec says it.
    package let programs: [String]
    package let gaps: [RebuildGap]
    /// Why nothing, or not everything, could be rebuilt as things are.
    package let warnings: [String]
}

/// Collects what stands in the kit of a stack that runs.
package struct KitReader: Sendable {
    let dependencies: Dependencies
    let doors: BackupDoors

    package init(_ dependencies: Dependencies, _ doors: BackupDoors) {
        self.dependencies = dependencies
        self.doors = doors
    }

    package func read(_ stack: StackID, withIdentity: Bool) async throws(ReportableError) -> Kit {
        let release = try await dependencies.currentRelease(of: stack)
        let identity = try doors.identity()
        var places: [Kit.Place] = []
        var versions: [String: String] = [:]
        for store in release.stack.stores {
            let (place, found) = await place(store, stack)
            places.append(place)
            versions.merge(found) { first, _ in first }
        }
        try Self.check(identity, opens: places)
        return Kit(
            stack: stack,
            engine: release.stack.engine,
            release: release.number,
            written: dependencies.now(),
            places: places,
            recipient: identity.recipient?.description ?? "a passphrase",
            identity: withIdentity ? identity.text : nil,
            versions: versions,
            programs: Self.programs(of: release),
            gaps: RebuildGap.unsaved(in: release.stack),
            warnings: Self.warnings(release.stack, places)
        )
    }

    private func place(_ store: Store, _ stack: StackID) async -> (Kit.Place, versions: [String: String]) {
        var (vault, trouble): (String?, String?) = (nil, nil)
        var recipients: [String] = []
        var entries: [Catalogue.Entry] = []
        do throws(ReportableError) {
            if let found = try await OpenVault(dependencies: dependencies, doors: doors).findAny(store) {
                vault = found.description.id.description
                recipients = found.description.recipients
                entries = try await found.catalogue().entries.filter { $0.set.series.stack == stack }
            } else {
                trouble = "no backup was made to it yet"
            }
        } catch {
            trouble = error.message
        }
        let newest = entries.filter { $0.manifest.subject == "config" }.max {
            $0.manifest.captured < $1.manifest.captured
        }
        let needsCredentials = if case .directory = store.location { false } else { true }
        let place = Kit.Place(
            store: store.name,
            address: StoreAddress(store.location),
            vault: vault,
            trouble: trouble,
            recipients: recipients,
            subjects: Set(entries.map(\.manifest.subject)).sorted(),
            configuration: newest.map { ($0.set.description, $0.manifest.captured.instant, $0.digest.hex) },
            needsCredentials: needsCredentials
        )
        let versions = entries.map(\.manifest.versions).reduce(into: [:]) { $0.merge($1) { _, newer in newer } }
        return (place, versions)
    }

    /// A page with the wrong key is found out on the day when it is needed. Whether a passphrase opens a vault cannot be seen.
    private static func check(_ identity: AgeIdentity, opens places: [Kit.Place]) throws(ReportableError) {
        guard let recipient = identity.recipient?.description else { return }
        for place in places where !place.recipients.isEmpty && !place.recipients.contains(recipient) {
            throw ReportableError(
                .needsDecision,
                "the identity does not open the vault in \(place.store): that is sealed for "
                    + "\(place.recipients.joined(separator: ", ")), and this is \(recipient)",
                hint: "Give the right one with SLIPWAY_VAULT_IDENTITY_FILE, or take the store out of the spec."
            )
        }
    }

    private static func programs(of release: Release) -> [String] {
        release.stack.services.filter { $0.replicas > 0 }.compactMap { service in
            guard let template = release.contents.templates[service.name] else { return nil }
            let version = template.version.map { " \($0)" } ?? ""
            guard case .app = service.kind else { return "\(service.name): \(service.kind.word)\(version)" }
            return "\(service.name): \(template.command.first?.source ?? "its own command")"
        }
    }

    private static func warnings(_ stack: Stack, _ places: [Kit.Place]) -> [String] {
        var warnings = places.compactMap { place in
            place.trouble.map { "the store \(place.store) could not be read: \($0)" }
        }
        if !stack.backups.contains(where: { $0.subject == .config }) {
            warnings.append(
                "no policy backs up the configuration (`of: config`): nothing can be rebuilt from the vault alone"
            )
        } else if !places.contains(where: \.holdsConfiguration) {
            warnings.append(
                "no store that could be read holds a configuration: make one with `slipway backup run \(stack.name)`"
            )
        }
        if places.allSatisfy({ !$0.needsCredentials }) {
            warnings.append(
                "every store is a folder of this machine: copy one to another place, or declare one that is elsewhere"
            )
        }
        return warnings
    }
}
