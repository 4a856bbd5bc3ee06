import Basics
import StackModel
import StackSpec

/// The way of one Compose file into a spec.
final class Translation {
    let input: ComposeInput
    let root: SpecNode
    let findings: Findings
    let report: Report
    let signs = SignTable()
    let scalars: Scalars
    let secrets: SecretBook
    private let document: ComposeDocument
    private(set) var drafts: [Draft] = []
    private(set) var directory = Directory([])
    private var names = ServiceNames([])
    private var stack: StackName = "stack"

    init(_ input: ComposeInput, root: SpecNode, findings: Findings) {
        (self.input, self.root, self.findings) = (input, root, findings)
        report = Report(findings)
        scalars = Scalars(signs: signs, report: report)
        secrets = SecretBook(signs: signs)
        document = ComposeDocument(root: root, scalars: scalars)
        signs.values = Self.values(input)
    }

    /// What the files beside this one set variables to; Compose reads `.env` itself, so that counts most.
    private static func values(_ input: ComposeInput) -> [String: String] {
        let others = input.environmentFiles.sorted { $0.key < $1.key }.map(\.value)
        return (others + [input.dotEnv].compactMap { $0 }).reduce(into: [:]) { values, file in
            values.merge(DotEnv.parse(file.string, file: file.file).variables) { _, last in last }
        }
    }

    /// Nil after the reason is in the findings.
    func run() -> ImportedSpec? {
        guard let services = document.services(), let stack = stackName() else { return nil }
        self.stack = stack
        read(services)
        guard !findings.hasErrors else { return nil }
        document.leaveSections()
        settle()
        for draft in inOrderOfSecrets { draft.environment = references.environment(of: draft) }
        let lines = sections()
        for draft in drafts { leaveKeys(of: draft) }
        let text = SpecWriter.document(lines, head: head)
        let count = lines.first { $0.key == "services" }.flatMap {
            if case .block(let all) = $0.value { all.count } else { nil }
        }
        return ImportedSpec(
            stack: stack,
            text: text,
            services: count ?? 0,
            leftOut: report.allLeftOut,
            changed: report.allChanged,
            variables: neededVariables(in: text)
        )
    }

    var references: References { References(directory: directory, signs: signs, secrets: secrets, report: report) }
    var defaultDatabase: String { stack.text.replacing("-", with: "_") }
    var hasProxy: Bool { drafts.contains { $0.role == .edge } }

    func freeName(_ wish: String) -> ServiceName { names.free(wish) }

    /// The service whose volume it is: the first app that writes to it, else the first that has it.
    func owner(of volume: String) -> Draft? {
        let users = drafts.filter { draft in
            draft.role.isApp && draft.mounts.contains { $0.kind == .volume && $0.source == volume }
        }
        return users.first { draft in draft.mounts.contains { $0.source == volume && !$0.isReadOnly } } ?? users.first
    }

    // MARK: - Reading

    /// What Compose calls the project.
    private lazy var project = input.project ?? document.name() ?? input.folder

    private func stackName() -> StackName? {
        if let name = input.name { return name }
        if let name = StackName(ServiceNames.repaired(project)),
            project.contains(where: { $0.isASCII && ($0.isLetter || $0.isNumber) })
        {
            return name
        }
        report.error("the stack has no name", at: .start, help: "Give it one: `--name shop`.")
        return nil
    }

    /// Images that Compose builds are called by this, whatever the stack is called.
    private var projectOfImages: String {
        let name = project.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }
        return String(name.drop { "-_".contains($0) })
    }

    private func read(_ services: [SpecNode.Entry]) {
        names = ServiceNames(services.map(\.key))
        let reader = DraftReader(scalars: scalars, environmentFiles: input.environmentFiles, project: projectOfImages)
        drafts = services.map { entry in
            let draft = Draft(key: entry.key, name: names[entry.key], node: entry.value, place: entry.keyPlace)
            if draft.name.text != entry.key {
                report.changed(
                    draft.path,
                    at: entry.keyPlace,
                    "called \(draft.name) in the spec, everywhere: \(entry.key.abridged) is no name there"
                )
            }
            reader.read(draft)
            return draft
        }
        directory = Directory(drafts)
        markJobs()
    }

    /// Those whose end somebody waits for, and those that nobody reaches and that are not started again.
    private func markJobs() {
        for draft in drafts { for job in draft.jobs { directory[job]?.isJob = true } }
        for draft in drafts where draft.role == .app && draft.runsOnce && draft.profiles.isEmpty {
            let isNeeded = drafts.contains { $0.dependencies.contains { directory[$0] === draft } }
            if draft.ports.isEmpty, draft.health == nil, !isNeeded { draft.isJob = true }
            if draft.isJob { draft.taken.insert("restart") }
        }
    }

    /// What needs to know all services.
    private func settle() {
        for draft in drafts where draft.role == .redis { draft.redisPassword = RedisOptions(draft, signs).password }
        for draft in drafts where draft.port == nil { draft.port = ProxyLabels(draft.node, signs).port }
        PortSearch(drafts: drafts, directory: directory, signs: signs).run()
        for draft in drafts
        where draft.role == .edge && EdgeSection.targets(of: draft, among: drafts, directory).isEmpty {
            draft.role = .app
            draft.port = draft.ports.first?.container ?? KnownImage.port(of: draft.image) ?? 80
        }
        for draft in drafts where draft.role == .postgres { draft.database = PostgresSection.database(of: draft, self) }
        for draft in drafts { draft.databases = databases(of: draft) }
        settleDependencies()
    }

    /// The data services that an app may log in at: those it names, else the only one of its kind.
    private func databases(of draft: Draft) -> [Draft] {
        let texts = draft.variables.compactMap(\.text)
        return drafts.filter { service in
            guard service.role == .postgres || service.role == .redis else { return false }
            let isNamed =
                draft.dependencies.contains { directory[$0] === service }
                || texts.contains { text in
                    directory[text] === service
                        || AddressScan.addresses(in: text).contains { directory[$0.host] === service }
                }
            return isNamed || drafts.count { $0.role == service.role } == 1
        }
    }

    /// Those who keep passwords name them best.
    private var inOrderOfSecrets: [Draft] {
        drafts.filter { $0.role == .data } + drafts.filter { $0.role == .app }
    }

    // MARK: - Writing

    private func sections() -> [SpecLine] {
        var services = drafts.compactMap(section)
        services += EdgeSection(translation: self).lines(before: drafts.filter(\.role.isApp))
        if !services.contains(where: \.isEdge) { EdgeSection(translation: self).sayClosed(drafts) }
        if services.isEmpty {
            report.error("no service of the file is one of a spec", at: root.entry("services")?.keyPlace ?? .start)
        }
        var lines = [
            SpecLine("apiVersion", .text("slipway/v1")), SpecLine("stack", .text(stack.text)),
            SpecLine("services", .block(services)),
        ]
        if let secrets = secretsSection() { lines.append(secrets) }
        let local = SpecLine("local", .map([SpecLine("engine", .text("docker"))]))
        let comment =
            "Images run on Docker and Kubernetes. As plain processes, each app needs a `source` and a `command`."
        lines.append(SpecLine("environments", .block([local]), comments: [comment]))
        return lines
    }

    private func section(_ draft: Draft) -> SpecLine? {
        switch draft.role {
        case .app, .data: return AppSection(draft: draft, translation: self).line()
        case .redis: return RedisSection(draft: draft, translation: self).line()
        case .postgres: return PostgresSection(draft: draft, translation: self).line()
        case .prometheus: return PrometheusSection(draft: draft, translation: self).line()
        case .grafana: return GrafanaSection(draft: draft, translation: self).line()
        case .edge:
            let targets = EdgeSection.targets(of: draft, among: drafts, directory)
            return EdgeSection(translation: self).line(for: draft, targets: targets)
        case .companion(let of):
            let hasPrometheus = drafts.contains { $0.role == .prometheus }
            let help = hasPrometheus ? nil : "Add `prometheus: {kind: prometheus}`: they come with it."
            let what =
                of == "Prometheus"
                ? "Slipway starts an Alertmanager of its own as soon as there are `contacts`"
                : "Slipway starts an exporter of its own beside each \(of), where there is a Prometheus"
            report.leftOut(draft.path, at: draft.place, what, help: help)
        case .machineWatcher:
            let help = "Install it on the machine, as in `apt install prometheus-node-exporter`."
            report.leftOut(
                draft.path,
                at: draft.place,
                "it watches the machine, and a stack has no part of that",
                help: help
            )
        }
        return nil
    }

    private func secretsSection() -> SpecLine? {
        var lines = secrets.accounts.map { account in
            SpecLine(
                account.name.text,
                .map([SpecLine("kind", .text(account.kind.rawValue)), SpecLine("service", .text(account.service.text))])
            )
        }
        for (index, secret) in secrets.given.enumerated() {
            var inner = [SpecLine("kind", .text("given"))]
            // The name in capitals is what it comes from when nothing is said.
            if secret.name.text.uppercased().replacing("-", with: "_") != secret.variable {
                inner.append(SpecLine("from", .text(secret.variable)))
            }
            let comments =
                index == 0 ? ["Given in the environment or in `.env`, each as the variable of its name."] : []
            lines.append(SpecLine(secret.name.text, .map(inner), comments: comments))
        }
        return lines.isEmpty ? nil : SpecLine("secrets", .block(lines))
    }

    private var head: [String] {
        let file = input.text.file.split(separator: "/").last.map(String.init) ?? input.text.file
        return [
            "Imported from \(file.withoutLines). Check it with `slipway validate`; every key: docs/reference/spec.md"
        ]
    }

    /// The keys of a service that nobody has looked at.
    private func leaveKeys(of draft: Draft) {
        guard draft.role.isApp || draft.role.isTyped else { return }
        for entry in draft.node.entries ?? [] where !draft.taken.contains(entry.key) && !entry.key.hasPrefix("x-") {
            guard !entry.value.isNull, !isKeptAnyway(entry) else { continue }
            let path = "\(draft.path).\(entry.key)"
            if entry.key == "networks", isSaidOnce(entry) { continue }
            if let reason = ServiceOmissions.reason(for: entry.key, kind: draft.role.kind) {
                report.leftOut(path, at: entry.keyPlace, reason.why, help: reason.instead)
            } else {
                let help = Spelling.suggestion(for: entry.key, among: ServiceOmissions.known)
                report.leftOut(path, at: entry.keyPlace, "Compose knows no such key", help: help)
            }
        }
    }

    /// The networks that a service is in are said where they are declared.
    private func isSaidOnce(_ entry: SpecNode.Entry) -> Bool {
        let details = (entry.value.entries ?? []).flatMap { $0.value.entries ?? [] }
        return root["networks"]?.entries?.isEmpty == false && details.allSatisfy { $0.key == "aliases" }
    }

    private func isKeptAnyway(_ entry: SpecNode.Entry) -> Bool {
        var text: String?
        if case .scalar(let scalar) = entry.value.content { text = scalar.text }
        let items = (entry.value.elements ?? []).compactMap { item in
            if case .scalar(let scalar) = item.content { scalar.text } else { nil }
        }
        return ServiceOmissions.isKeptAnyway(entry.key, text, items) || isUsualLog(entry)
    }

    /// Logs that stay on the machine and are cut there, as they are anyway.
    private func isUsualLog(_ entry: SpecNode.Entry) -> Bool {
        guard entry.key == "logging", let inner = entry.value.entries else { return false }
        let driver = entry.value["driver"].flatMap {
            if case .scalar(let scalar) = $0.content { scalar.text } else { nil }
        }
        return ["json-file", "local", nil].contains(driver)
            && inner.allSatisfy { ["driver", "options"].contains($0.key) }
    }

    private func neededVariables(in text: String) -> [NeededVariable] {
        var needed = secrets.given.map { secret in
            let location = secret.location ?? locationInDotEnv(secret.variable)
            return NeededVariable(name: secret.variable, isSecret: true, location: location)
        }
        for name in signs.needed(in: text) where !needed.contains(where: { $0.name == name }) {
            needed.append(NeededVariable(name: name, isSecret: false, location: locationInDotEnv(name)))
        }
        return needed.sorted { $0.name < $1.name }
    }

    private func locationInDotEnv(_ variable: String) -> SourceLocation? {
        guard let file = input.dotEnv, let line = DotEnv.read(file.string, file: file.file).lines[variable] else {
            return nil
        }
        return SourceLocation(file: file.file, line: line, column: 1)
    }
}
