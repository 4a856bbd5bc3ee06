import Basics
import StackModel

/// Images whose name means another program tomorrow: what starts later differs from what runs, and going back to the
/// earlier release may not bring the earlier program (docs/decisions/0039).
struct ImageChecks {
    let stack: Stack
    let root: SpecNode
    let findings: Findings

    func run() {
        guard stack.engine != .process else { return }
        for service in stack.services {
            guard let image = image(of: service), let tag = Self.moving(image) else { continue }
            let name = Self.file(of: image).prefix { $0 != ":" }
            findings.warning(
                "the image \(image.abridged) \(tag): what starts later may be another program, and so may what a rollback brings",
                at: root.place("services", service.name.text, "image"),
                help: "Name a version, as in `\(name):1.2.3`, best with its digest (`@sha256:...`)."
            )
        }
    }

    /// Nil where nobody names one, and of a program that is built here: its name is nobody else's to move.
    private func image(of service: Service) -> String? {
        switch service.kind {
        case .app(let app): app.source == nil ? app.image : nil
        case .redis(let server): server.image
        case .postgres(let server): server.image
        case .prometheus(let server): server.image
        case .grafana(let server): server.image
        case .edge(let edge): edge.image
        case .exporter, .alertmanager: nil
        }
    }

    /// Behind the last slash there is no port of a registry.
    private static func file(of image: String) -> Substring { image.split(separator: "/").last ?? "" }

    private static func moving(_ image: String) -> String? {
        guard !image.contains("@") else { return nil }
        let parts = file(of: image).split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count > 1, let tag = parts.last else { return "has no tag, which is `latest`" }
        return tag == "latest" ? "is whatever was pushed last" : nil
    }
}
