import Manifests
import StackModel
import StackSpec

/// What the container of an app is allowed: `user`, `cap_add`, `cap_drop` and `read_only` in the words of a spec.
struct SecuritySection {
    let draft: Draft
    let scalars: Scalars

    private var report: Report { scalars.report }

    /// Nil where nothing is allowed.
    func line() -> SpecLine? {
        let user = self.user()
        let isRoot = user?.number == 0 || draft.node["user"]?.isNull != false
        let needed = needsOfImage.flatMap { isRoot || $0.user == nil ? $0 : nil }
        let capabilities = self.capabilities(beside: needed?.capabilities ?? [], isRoot: isRoot)
        let security = AppSecurity(
            user: user?.number ?? (capabilities.isEmpty && needed?.user == nil ? nil : 0),
            group: user?.group,
            readOnlyRoot: isReadOnly(needed),
            capabilities: capabilities
        )
        return security == AppSecurity() ? nil : SpecLine("security", .map(Self.lines(of: security)))
    }

    private static func lines(of security: AppSecurity) -> [SpecLine] {
        var lines: [SpecLine] = []
        if let user = security.user { lines.append(SpecLine("user", .number(user))) }
        if let group = security.group { lines.append(SpecLine("group", .number(group))) }
        if !security.readOnlyRoot { lines.append(SpecLine("readOnlyRoot", .flag(false))) }
        guard !security.capabilities.isEmpty else { return lines }
        return lines + [SpecLine("capabilities", .list(security.capabilities.map { .text($0.rawValue) }))]
    }

    /// What an image needs that is known to start as root, or to write into its own directories.
    private var needsOfImage: AppSecurity? {
        guard let image = draft.image, !draft.isBuilt, draft.entrypoint == nil else { return nil }
        return RootImage.security(of: image.text)
    }

    // MARK: - User

    /// `1000:1000`, `1000`, `root`. Other names are known to the image alone.
    private func user() -> (number: Int, group: Int?)? {
        guard let entry = draft.take("user"), let text = scalars.plain(entry.value, "\(draft.path).user") else {
            return nil
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap(Self.number)
        guard (1...2).contains(parts.count), numbers.count == parts.count else {
            report.leftOut(
                "\(draft.path).user",
                at: entry.valuePlace,
                "a spec names users and groups by their numbers",
                help: "`docker run --rm --entrypoint id IMAGE USER` tells them: `security: {user: 1000, group: 1000}`."
            )
            return nil
        }
        return (numbers[0], numbers.count == 2 ? numbers[1] : nil)
    }

    private static func number(_ text: Substring) -> Int? {
        if text == "root" { return 0 }
        guard let number = Int(text), (0...2_147_483_647).contains(number) else { return nil }
        return number
    }

    // MARK: - Capabilities

    /// Those that the image needs and that are not dropped, and those that are added.
    private func capabilities(beside needed: [AppSecurity.Capability], isRoot: Bool) -> [AppSecurity.Capability] {
        let dropped = names("cap_drop").map(\.name)
        let kept = dropped.contains("ALL") ? [] : needed.filter { !dropped.contains($0.rawValue) }
        var added: [AppSecurity.Capability] = []
        for (index, capability) in names("cap_add").enumerated() {
            if isRoot, let known = AppSecurity.Capability(rawValue: capability.name) {
                added.append(known)
            } else {
                report.leftOut(
                    "\(draft.path).cap_add[\(index)]",
                    at: capability.place,
                    isRoot ? LeftOutReason.wall.why : "capabilities are root's, and it runs as another user",
                    help: LeftOutReason.wall.instead
                )
            }
        }
        return kept + added
    }

    private func names(_ key: String) -> [(name: String, place: Place)] {
        guard let entry = draft.take(key) else { return [] }
        return scalars.texts(entry.value, "\(draft.path).\(key)").map { text, place -> (name: String, place: Place) in
            let name = text.uppercased()
            return (name.hasPrefix("CAP_") ? String(name.dropFirst(4)) : name, place)
        }
    }

    // MARK: - Files

    /// Compose lets every container write everywhere unless it is told not to.
    private func isReadOnly(_ needed: AppSecurity?) -> Bool {
        if let entry = draft.node.entry("read_only"), let flag = scalars.flag(entry.value) {
            draft.taken.insert("read_only")
            return flag
        }
        guard needed?.user == nil else {
            report.changed(
                draft.path,
                at: draft.place,
                "its image starts as root and changes its user, so it may: `security`",
                help: "Where it can start as its own user, name that one: `security: {user: 1000, group: 1000}`."
            )
            return false
        }
        guard needed == nil else { return false }
        report.changed(
            draft.path,
            at: draft.place,
            "writes to its volumes and to /tmp alone",
            help: "When it needs more, give it a volume, or `security: {readOnlyRoot: false}`. An image that starts as"
                + " root and changes its user needs `security: {user: 0, readOnlyRoot: false, capabilities: [CHOWN,"
                + " DAC_OVERRIDE, FOWNER, SETGID, SETUID]}`."
        )
        return true
    }
}
