import Basics
import StackModel

/// A program that shows a data service's figures to Prometheus, as a user that can read them and nothing else.
enum ComposeExporter {
    static func make(_ service: Service, _ exporter: Exporter, _ stack: Stack) throws(ReportableError) -> ComposeService
    {
        let login = try ServiceLogin.exporter(of: exporter.service, in: stack)
        var part = try ComposeService(service, resources: .small)
        part.user = OfficialUser.nobody
        part.dependsOn = ComposeHealth.dependencies(of: service, in: stack)
        switch exporter.subject {
        case .redis: addRedis(exporter.service, login, to: &part)
        case .postgres: addPostgres(exporter.service, login, to: &part, stack)
        }
        return part
    }

    /// Its image holds the program and nothing that could check its health; Prometheus sees whether it is there.
    private static func addRedis(_ subject: ServiceName, _ login: ServiceLogin, to part: inout ComposeService) {
        let passwords = "\(part.service.name).json"
        let address = "redis://\(subject):6379"
        part.environment = [
            "REDIS_ADDR": address, "REDIS_USER": login.user,
            "REDIS_PASSWORD_FILE": ContainerSecret.path(of: passwords),
        ]
        part.secrets = [passwords]
        // Older exporters look the password up by the address without the user.
        let password = Template.Segment.secret(login.secret, .value)
        part.filledFiles = [
            RenderedFile(
                path: "\(SecretFiles.folder)/\(passwords)",
                content: """
                    {"\(address)": "\(password)", "redis://\(login.user)@\(subject):6379": "\(password)"}

                    """
            )
        ]
    }

    private static func addPostgres(
        _ subject: ServiceName,
        _ login: ServiceLogin,
        to part: inout ComposeService,
        _ stack: Stack
    ) {
        guard case .postgres(let postgres)? = stack.service(subject)?.kind else { return }
        part.environment = [
            "DATA_SOURCE_URI": ComposeText.literal("\(subject):5432/\(postgres.database)?sslmode=disable"),
            "DATA_SOURCE_USER": login.user,
            "DATA_SOURCE_PASS_FILE": ContainerSecret.path(of: login.secret.text),
        ]
        part.command = Exporter.postgresCollectors
        part.secrets = [login.secret.text]
        part.health = ComposeHealth(["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9187/"], part.service)
    }
}
