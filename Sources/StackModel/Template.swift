import Basics

/// A text with references that are filled in as late as possible: `redis://${secret:redis-app}@${service:redis}/0`.
///
/// References to the caller's environment (`${NAME}`) are filled in when the spec is loaded and never reach a template.
/// A secret's value never does: only its name.
package struct Template: Hashable, Sendable, Codable {
    package enum Segment: Hashable, Sendable, Codable {
        case literal(String)
        /// `${port}`: the replica's own port.
        case port
        /// `${host}`: the address the replica itself is to listen on. Where replicas share a machine, one that nobody
        /// reaches around the edge.
        case host
        /// `${service:NAME}`, `${service:NAME.host}`, `${service:NAME.port}`.
        case service(ServiceName, AddressPart)
        /// `${secret:NAME}`, `${secret:NAME.user}`.
        case secret(SecretName, SecretPart)
        /// `${volume:NAME}`: a volume of the app, where the app sees it.
        case mount(VolumeName)
        /// `${directory}`: the replica's own directory. Only rendered files and our own command lines use it.
        case directory
        /// `${volume}`: the service's data directory. Only rendered files and our own command lines use it.
        case volume
        /// `${targets}`: the directory where the engine keeps one Prometheus file_sd file per service.
        /// Only rendered files use it.
        case targets
    }

    package enum AddressPart: String, Hashable, Sendable, Codable {
        case hostAndPort, host, port
    }

    package enum SecretPart: String, Hashable, Sendable, Codable {
        case value, user
        /// SHA-256 of the value in hexadecimal, as Redis ACL files take it. Only rendered files use it.
        case sha256
    }

    package let segments: [Segment]

    package init(_ segments: [Segment]) {
        self.segments = segments
    }

    package init(_ literal: String) {
        self.segments = literal.isEmpty ? [] : [.literal(literal)]
    }

    package var secrets: [SecretName] {
        segments.compactMap { if case .secret(let name, _) = $0 { name } else { nil } }
    }

    package var services: [ServiceName] {
        segments.compactMap { if case .service(let name, _) = $0 { name } else { nil } }
    }

    /// The text as the spec would write it, so that reading it gives this template again; secrets stay references.
    package var source: String {
        segments.map { segment in
            switch segment {
            case .literal(let text): Self.written(text)
            case .port: "${port}"
            case .host: "${host}"
            case .service(let name, .hostAndPort): "${service:\(name)}"
            case .service(let name, let part): "${service:\(name).\(part.rawValue)}"
            case .secret(let name, .value): "${secret:\(name)}"
            case .secret(let name, let part): "${secret:\(name).\(part.rawValue)}"
            case .mount(let name): "${volume:\(name)}"
            case .directory: "${directory}"
            case .volume: "${volume}"
            case .targets: "${targets}"
            }
        }.joined()
    }

    /// A dollar is doubled where it would be taken for the beginning of something.
    private static func written(_ literal: String) -> String {
        guard literal.contains("$") else { return literal }
        var text = ""
        for (character, next) in zip(literal, literal.dropFirst().map(Optional.some) + [nil]) {
            text.append(character)
            if character == "$", next == nil || next == "$" || next == "{" { text.append("$") }
        }
        return text
    }

    /// Fills in every reference. The result is as secret as the most secret value in it: callers keep it short-lived.
    package func resolved<Failure: Error>(
        _ value: (Segment) throws(Failure) -> String
    ) throws(Failure) -> String {
        var text = ""
        for segment in segments {
            if case .literal(let literal) = segment { text += literal } else { text += try value(segment) }
        }
        return text
    }
}

extension Template: ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) { self.init(value) }

    package struct StringInterpolation: StringInterpolationProtocol {
        var segments: [Segment] = []
        package init(literalCapacity: Int, interpolationCount: Int) {}
        package mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { segments.append(.literal(literal)) }
        }
        package mutating func appendInterpolation(_ segment: Segment) { segments.append(segment) }
        package mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            appendLiteral(value.description)
        }
    }

    package init(stringInterpolation: StringInterpolation) { self.init(stringInterpolation.segments) }
}
