import Basics
import StackModel
import StackSpec

/// What the kinds of their own have in common: an image, a limit, and that most of what a Compose file says of them
/// they decide themselves.
struct DataSection {
    let draft: Draft
    let translation: Translation

    var report: Report { translation.report }
    private var signs: SignTable { translation.signs }

    /// The keys that the kind needs of its own stand in the middle.
    func line(_ own: [SpecLine], version: Bool = false, usesImage: Bool = true) -> SpecLine {
        var lines = [SpecLine("kind", .text(draft.role.kind ?? "app"))]
        let written = version ? self.version() : nil
        if let written { lines.append(SpecLine("version", .quoted(written))) }
        if usesImage, let image = draft.image, !isPlain(image, written) {
            lines.append(SpecLine("image", .text(signs.written(image.text))))
        }
        lines += own
        if let line = translation.dormantReplicas(draft) { lines.append(line) }
        let deploy = DeployReader(scalars: translation.scalars, draft: draft)
        let resources = deploy.resources()
        if !resources.isEmpty { lines.append(SpecLine("resources", .map(resources))) }
        deploy.leaveOthers(isApp: false)
        if let line = translation.dependsOn(draft) { lines.append(line) }
        leaveHealth()
        leaveStop()
        let comments = draft.key == draft.name.text ? [] : ["Called \(draft.key) in the Compose file.".withoutLines]
        return SpecLine(draft.name.text, .block(lines), comments: comments)
    }

    /// The image that the version alone leads to.
    private func isPlain(_ image: ImageReference, _ version: String?) -> Bool {
        guard let version, ["redis", "postgres"].contains(image.repository) else { return false }
        return image.tag == version || signs.written(image.tag) == version
    }

    private func version() -> String? {
        guard let image = draft.image else { return nil }
        if case .variable(_, let fallback?)? = signs.onlyReference(in: image.tag) {
            return ImageReference.version(of: fallback) == fallback ? signs.written(image.tag) : nil
        }
        guard !signs.hasReference(image.tag) else { return nil }
        if let mark = image.tag.firstRange(of: "pg"), image.repository == "pgvector/pgvector" {
            return ImageReference.version(of: String(image.tag[mark.upperBound...]))
        }
        return ImageReference.version(of: image.tag)
    }

    /// Every variable but these.
    func leaveVariables(but known: Set<String>, _ reason: LeftOutReason) {
        for variable in draft.variables where !known.contains(variable.key) {
            report.leftOut(
                "\(draft.path).environment.\(variable.key)",
                at: variable.location,
                reason.why,
                help: reason.instead
            )
        }
    }

    /// Files of the machine; its data is in a volume of the kind's own.
    func leaveMounts(_ reason: LeftOutReason) {
        for mount in draft.mounts where mount.kind != .volume && !isData(mount) {
            let path = "\(draft.path).volumes (\(mount.target))"
            report.leftOut(path, at: mount.place, reason.why, help: reason.instead)
        }
    }

    private func isData(_ mount: Mount) -> Bool {
        ["/var/lib/postgresql", "/data", "/prometheus", "/var/lib/grafana", "/bitnami"].contains {
            mount.target.hasPrefix($0)
        }
            && !mount.target.contains(".")
    }

    func sayData(_ help: String) {
        guard let mount = draft.mounts.first(where: { $0.kind == .volume || isData($0) }) else { return }
        let path = "\(draft.path).volumes (\(mount.target))"
        report.changed(
            path,
            at: mount.place,
            "its data lies in a volume of Slipway's, which is empty at first",
            help: help
        )
    }

    func leaveCommand(_ why: String) {
        for key in ["entrypoint", "command"] {
            guard let entry = draft.node.entry(key), !entry.value.isNull else { continue }
            report.leftOut("\(draft.path).\(key)", at: entry.keyPlace, why)
        }
    }

    func leavePorts(_ help: String) {
        for (index, port) in draft.ports.enumerated() {
            let path = "\(draft.path).ports[\(index)]"
            report.leftOut(
                path,
                at: port.place,
                "kept private on purpose: only an edge is reached from outside",
                help: help
            )
        }
    }

    private func leaveHealth() {
        guard let entry = draft.take("healthcheck") else { return }
        report.leftOut(
            "\(draft.path).healthcheck",
            at: entry.keyPlace,
            "the kind \(draft.role.kind ?? "") has a check of its own"
        )
    }

    private func leaveStop() {
        for key in ["stop_signal", "stop_grace_period"] {
            guard let entry = draft.take(key) else { continue }
            report.leftOut(
                "\(draft.path).\(key)",
                at: entry.keyPlace,
                "the kind \(draft.role.kind ?? "") ends as it has to"
            )
        }
    }
}
