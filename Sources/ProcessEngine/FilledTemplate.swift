import Basics
import Interfaces
import StackModel

/// A template with every reference filled in. As secret as the most secret value in it: made right before it is
/// written to disk and dropped right after.
struct FilledTemplate: Sendable {
    /// Without the program itself.
    let arguments: [String]
    let environment: [String: String]
    let files: [FilledFile]
    let probe: Probe

    /// Throws `invalidSpec` when a reference means nothing here or a secret stands in the command, and what
    /// `inputs.secret` throws.
    init(
        _ template: ReplicaTemplate,
        folder: ReplicaFolder,
        port: Int?,
        addresses: AddressBook,
        inputs: StepInputs
    ) async throws(ReportableError) {
        if let secret = (template.command + template.probe.texts).flatMap(\.secrets).first {
            throw ReportableError(
                .invalidSpec,
                "the command of \(template.service) contains the secret \(secret)",
                hint: "Everyone on the machine can read a command; pass the secret in env or in a file."
            )
        }
        var values: [SecretName: SecretValue] = [:]
        let texts = Array(template.environment.values) + template.files.map(\.content)
        for name in Set(texts.flatMap(\.secrets)) { values[name] = try await inputs.secret(name) }
        let references = References(
            service: template.service,
            folder: folder,
            port: port,
            addresses: addresses,
            secrets: values
        )
        arguments = try references.fill(Array(template.command.dropFirst()))
        var environment: [String: String] = [:]
        for (name, text) in template.environment { environment[name] = try references.fill(text) }
        self.environment = environment
        var files: [FilledFile] = []
        for file in template.files {
            let content = try references.fill(file.content)
            files.append(FilledFile(path: file.path, content: content, isSecret: !file.content.secrets.isEmpty))
        }
        self.files = files
        if case .command(let words) = template.probe {
            probe = .command(words: try references.fill(words).map { Template($0) })
        } else {
            probe = template.probe
        }
    }
}

/// A rendered file as it is written to disk.
struct FilledFile: Sendable {
    let path: String
    let content: String
    /// It holds a secret: for the user of its replica and for nobody else.
    let isSecret: Bool
}

/// What references mean for one replica.
private struct References {
    let service: ServiceName
    let folder: ReplicaFolder
    let port: Int?
    let addresses: AddressBook
    let secrets: [SecretName: SecretValue]

    func fill(_ templates: [Template]) throws(ReportableError) -> [String] {
        var texts: [String] = []
        for template in templates { texts.append(try fill(template)) }
        return texts
    }

    func fill(_ template: Template) throws(ReportableError) -> String {
        try template.resolved { (segment) throws(ReportableError) in try value(of: segment, in: template) }
    }

    private func value(of segment: Template.Segment, in template: Template) throws(ReportableError) -> String {
        switch segment {
        case .literal(let text): return text
        case .directory: return folder.work
        case .volume: return folder.stack.volume(service)
        case .mount(let name): return folder.stack.volume(service, name)
        // Replicas share the machine: only the edge, on the machine too, is to reach them.
        case .host: return "127.0.0.1"
        case .targets: return folder.stack.targets
        case .port:
            guard let port else { throw unknown("${port}", "\(service) has no port") }
            return "\(port)"
        case .service(let name, let part):
            guard let address = addresses[name] else {
                throw unknown("${service:\(name)}", "\(name) has no address")
            }
            switch part {
            case .hostAndPort: return address.description
            case .host: return address.host
            case .port: return "\(address.port)"
            }
        case .secret(let name, let part):
            return try text(of: name, part)
        }
    }

    private func text(of name: SecretName, _ part: Template.SecretPart) throws(ReportableError) -> String {
        guard let secret = secrets[name] else { throw unknown("${secret:\(name)}", "it was not opened") }
        switch part {
        case .value: return secret.value.reveal()
        case .sha256: return Digest(of: secret.value.reveal()).hex
        case .user:
            guard let user = secret.user else { throw unknown("${secret:\(name).user}", "\(name) has no user") }
            return user
        }
    }

    private func unknown(_ reference: String, _ reason: String) -> ReportableError {
        ReportableError(.invalidSpec, "\(reference) cannot be filled in for \(folder.id): \(reason)")
    }
}
