import Basics
import StackModel
import StackSpec

/// The top of a Compose file: what it is called, its services, and the sections that a spec has no counterpart for.
struct ComposeDocument {
    let root: SpecNode
    let scalars: Scalars

    /// What a person can do about what is not followed.
    static let resolve = "Import what `docker compose config --no-interpolate` prints: there everything is in one file."

    /// The services in the order of the file; nil after the reason was said.
    func services() -> [SpecNode.Entry]? {
        guard let entries = root.entries else {
            scalars.report.error("a Compose file is a map with `services` in it, not \(root.word)", at: root.place)
            return nil
        }
        guard let services = root.entry("services") else {
            refuse(entries)
            return nil
        }
        guard let list = services.value.entries?.filter({ !$0.key.hasPrefix("x-") }), !list.isEmpty else {
            scalars.report.error("`services` names no service", at: services.keyPlace)
            return nil
        }
        for entry in list where entry.value.entries == nil {
            scalars.report.error(
                "service \(entry.key.abridged) must be a map, not \(entry.value.word)",
                at: entry.keyPlace
            )
        }
        return list.filter { $0.value.entries != nil }
    }

    private func refuse(_ entries: [SpecNode.Entry]) {
        let place = entries.first?.keyPlace ?? .start
        let keys = Set(entries.map(\.key))
        if keys.contains("apiVersion") {
            let isSpec = keys.contains("stack")
            return scalars.report.error(
                isSpec ? "this is a spec of Slipway already" : "this is a manifest of Kubernetes, not a Compose file",
                at: place,
                help: isSpec ? "Check it with `slipway validate`." : nil
            )
        }
        let isFirstForm = entries.contains { $0.value["image"] != nil || $0.value["build"] != nil }
        scalars.report.error(
            isFirstForm
                ? "the services stand at the top, as in the first form of Compose files"
                : "this is not a Compose file: it has no `services`",
            at: place,
            help: isFirstForm ? "Put them under `services:`." : nil
        )
    }

    /// `name`, with the defaults of its variables.
    func name() -> String? {
        guard let entry = root.entry("name"), !entry.value.isNull else { return nil }
        return scalars.plain(entry.value, "name")
    }

    /// What stands beside the services. `version` says nothing any more, and `x-` keys were there to be repeated.
    func leaveSections() {
        for entry in root.entries ?? [] where !["services", "name", "version", "volumes"].contains(entry.key) {
            guard !entry.key.hasPrefix("x-"), !entry.value.isNull else { continue }
            let reason = Self.sections[entry.key] ?? LeftOutReason("a spec has nothing like it")
            scalars.report.leftOut(entry.key, at: entry.keyPlace, reason.why, help: reason.instead)
        }
        for volume in root["volumes"]?.entries ?? [] { leave(volume) }
    }

    private func leave(_ volume: SpecNode.Entry) {
        for entry in volume.value.entries ?? [] where !entry.key.hasPrefix("x-") {
            let isExternal = ["external", "name"].contains(entry.key)
            if entry.key == "external", scalars.flag(entry.value) == false { continue }
            if entry.key == "driver", case .scalar(let scalar) = entry.value.content, scalar.text == "local" {
                continue
            }
            scalars.report.leftOut(
                "volumes.\(volume.key).\(entry.key)",
                at: entry.keyPlace,
                isExternal
                    ? "Slipway makes its own volumes, which are empty at first"
                    : "the engine decides how volumes are kept",
                help: isExternal ? "Copy the data over before the first deploy, or restore it from a dump." : nil
            )
        }
    }

    private static let sections: [String: LeftOutReason] = [
        "networks": LeftOutReason(
            "a stack has one network, here and in its services; data services have no way out of it"
        ),
        "secrets": .secrets, "configs": .files,
        "include": LeftOutReason("other files are not followed", resolve),
    ]
}
