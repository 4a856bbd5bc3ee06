/// Where containers see their secrets: Compose mounts each as a file.
enum ContainerSecret {
    static let folder = "/run/secrets"

    static func path(of file: String) -> String { "\(folder)/\(file)" }
}
