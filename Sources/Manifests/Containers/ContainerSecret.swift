/// Where containers see their secrets: each is a file.
enum ContainerSecret {
    static let folder = "/run/secrets"

    static func path(of file: String) -> String { "\(folder)/\(file)" }
}
