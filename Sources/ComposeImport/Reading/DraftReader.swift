import Basics
import StackSpec

/// Reads what services of every role have: where they come from, what they say, and whom they need.
struct DraftReader {
    let scalars: Scalars
    let environmentFiles: [String: SpecText]
    /// What Compose would call an image that it builds: `PROJECT-SERVICE`.
    let project: String

    private var report: Report { scalars.report }

    func read(_ draft: Draft) {
        readImage(of: draft)
        readBuild(of: draft)
        draft.role = Role(draft.isBuilt ? nil : draft.image)
        guard draft.image != nil else { return refuse(draft) }
        PortReader(scalars: scalars).read(into: draft)
        EnvironmentReader(scalars: scalars, files: environmentFiles).read(into: draft)
        MountReader(scalars: scalars).read(into: draft)
        if !draft.role.isTyped || draft.role == .edge { HealthReader(scalars: scalars).read(into: draft) }
        draft.entrypoint = words(draft, "entrypoint")
        draft.command = words(draft, "command")
        readDependencies(of: draft)
        readAliases(of: draft)
        guard let profiles = draft.take("profiles") else { return }
        draft.profiles = scalars.texts(profiles.value, "\(draft.path).profiles").map {
            scalars.signs.written($0.text)
        }
    }

    private func refuse(_ draft: Draft) {
        // One that could not be read was reported for that.
        guard draft.node["image"]?.isNull != false else { return }
        guard let extends = draft.take("extends") else {
            return report.error(
                "service \(draft.key.abridged) has neither an image nor a build",
                at: draft.place,
                help: "Compose does not start it either: add `image: ...`."
            )
        }
        report.error("\(draft.path).extends is not followed", at: extends.keyPlace, help: ComposeDocument.resolve)
    }

    private func readImage(of draft: Draft) {
        guard let entry = draft.take("image"), let text = scalars.text(entry.value, "\(draft.path).image") else {
            return
        }
        guard !text.isEmpty, !text.contains(where: \.isWhitespace) else {
            return report.error("\(draft.path).image is not the name of an image", at: entry.valuePlace)
        }
        draft.image = ImageReference(text)
    }

    private func readBuild(of draft: Draft) {
        guard let entry = draft.take("build") else { return }
        let path = "\(draft.path).build"
        draft.isBuilt = true
        if entry.value.entries != nil {
            let instead = "Build it by hand or in CI: `docker build --tag IMAGE`, with what this says."
            for item in entry.value.entries ?? [] where item.key != "context" && !item.key.hasPrefix("x-") {
                report.leftOut("\(path).\(item.key)", at: item.keyPlace, "Slipway builds no images", help: instead)
            }
        }
        let context = entry.value.entries == nil ? entry.value : entry.value["context"]
        let text = context.map { scalars.plain($0, path, at: entry.valuePlace) } ?? "."
        if let text { readSource(text, of: draft, path, entry) }
        let image = ImageReference("\(project)-\(draft.key)")
        if draft.image == nil { draft.image = image }
        let help = "`docker compose build` makes it; push it to a registry for other machines than this one."
        report.changed(
            path,
            at: entry.keyPlace,
            "the image has to be built before a deploy",
            help: help
        )
    }

    private func readSource(_ text: String, of draft: Draft, _ path: String, _ entry: SpecNode.Entry) {
        if text.contains("://") || text.hasPrefix("git@") || text.hasPrefix("github.com/") {
            return report.leftOut(path, at: entry.keyPlace, "the context is no folder beside the spec")
        }
        let isPlain = text == "." || text.hasPrefix("./") || text.hasPrefix("../") || text.hasPrefix("/")
        draft.source = isPlain ? text : "./\(text)"
    }

    /// A command as a list, or as one text that Compose cuts into words.
    private func words(_ draft: Draft, _ key: String) -> [String]? {
        guard let entry = draft.take(key) else { return nil }
        let path = "\(draft.path).\(key)"
        if let items = entry.value.elements {
            let words = scalars.texts(entry.value, path).map(\.text)
            return words.count == items.count && !words.isEmpty ? words : nil
        }
        guard let text = scalars.text(entry.value, path) else { return nil }
        guard let words = ShellWords.split(text) else {
            report.leftOut(path, at: entry.valuePlace, "a quote in it is never closed")
            return nil
        }
        return words.isEmpty ? nil : words
    }

    private func readDependencies(of draft: Draft) {
        if let entry = draft.take("depends_on") {
            let path = "\(draft.path).depends_on"
            for item in entry.value.entries ?? [] { readDependency(item, of: draft, path) }
            if entry.value.entries == nil { draft.dependencies += scalars.texts(entry.value, path).map(\.text) }
        }
        let links = draft.take("links").map { scalars.texts($0.value, "\(draft.path).links") } ?? []
        for link in links {
            let names = link.text.split(separator: ":").map(String.init)
            let service = names.first ?? ""
            if !draft.dependencies.contains(service) { draft.dependencies.append(service) }
            if names.last != service { leaveName("\(draft.path).links", at: link.place) }
        }
    }

    /// Another name that a service is reached by.
    private func leaveName(_ path: String, at place: Place) {
        report.leftOut(
            path,
            at: place,
            "services reach each other by their names in the spec alone",
            help: "Variables and commands that use another name are changed. Where a file does, change it there."
        )
    }

    private func readDependency(_ item: SpecNode.Entry, of draft: Draft, _ path: String) {
        let condition = item.value["condition"].flatMap { scalars.plain($0, path) } ?? "service_started"
        if condition == "service_completed_successfully" { draft.jobs.append(item.key) }
        guard condition != "service_completed_successfully" else {
            return report.leftOut(
                "\(path).\(item.key)",
                at: item.keyPlace,
                "a service is waited for until it is ready, not until it has ended",
                help: "Run the job before the deploy, or as the first step of \(draft.key)'s own start."
            )
        }
        let isRequired = item.value["required"].flatMap { scalars.plain($0, path) } != "false"
        scalars.leaveOthers(
            item.value,
            isRequired ? ["condition", "required"] : ["condition"],
            "\(path).\(item.key)",
            [
                "required": LeftOutReason("a spec has no dependencies that may be missing"),
                "restart": LeftOutReason("a service is not restarted because another one was"),
            ]
        )
        draft.dependencies.append(item.key)
    }

    /// The names that others may reach it by: Docker's name server knows them all.
    private func readAliases(of draft: Draft) {
        for key in ["container_name", "hostname"] {
            guard let entry = draft.take(key) else { continue }
            if let name = scalars.plain(entry.value, "\(draft.path).\(key)") { draft.aliases.append(name) }
            let why = "replicas are called by their service and a number, as in web-1"
            report.leftOut("\(draft.path).\(key)", at: entry.keyPlace, why)
        }
        let networks = draft.node["networks"]?.entries ?? []
        for network in networks {
            guard let aliases = network.value["aliases"] else { continue }
            let path = "\(draft.path).networks.\(network.key).aliases"
            let names = scalars.texts(aliases, path).map(\.text)
            draft.aliases += names
            if names.contains(where: { $0 != draft.key }) { leaveName(path, at: network.keyPlace) }
        }
    }
}
