import Basics
import StackModel
import StackSpec
import Testing

@testable import ComposeImport

@Suite("What containers of a Compose file are allowed")
struct SecurityTests {
    /// What the spec of an app says, and all that is said of it.
    private func imported(_ service: String) throws -> (security: AppSecurity?, said: String) {
        let spec = try translate("services:\n  a: {\(service)}\n")
        let loaded = SpecLoader.load(
            SpecText(file: "stack.yaml", bytes: Array(spec.text.utf8)),
            environment: nil,
            variables: Dictionary(spec.variables.map { ($0.name, "set") }) { first, _ in first }
        )
        let stack = try #require(loaded.stack, "\(loaded.diagnostics.map(\.rendered))\n\(spec.text)")
        return (stack.service("a")?.security, spec.said)
    }

    private static let root: [AppSecurity.Capability] = [
        .changeOwner, .overridePermissions, .actAsOwner, .setGroup, .setUser,
    ]

    @Test(
        "is carried over",
        arguments: [
            ("image: a, user: '1000:1001'", AppSecurity(user: 1000, group: 1001)),
            ("image: a, user: 1000, read_only: true", AppSecurity(user: 1000)),
            ("image: a, user: root", AppSecurity(user: 0)),
            ("image: a, read_only: false", AppSecurity(readOnlyRoot: false)),
            ("image: a, cap_add: [CAP_CHOWN, kill]", AppSecurity(user: 0, capabilities: [.changeOwner, .kill])),
            (
                "image: a, cap_drop: [ALL], cap_add: [SETUID], user: '0:0'",
                AppSecurity(user: 0, group: 0, capabilities: [.setUser])
            ),
            ("image: a", nil), ("image: 'node:22', user: node", nil),
        ] as [(String, AppSecurity?)]
    )
    func carriedOver(_ service: String, _ security: AppSecurity?) throws {
        #expect(try imported(service).security == security)
    }

    @Test("is what an image needs that is known to start as root, unless the file says otherwise")
    func rootImages() throws {
        let whole = AppSecurity(user: 0, readOnlyRoot: false, capabilities: Self.root)
        let mariadb = try imported("image: 'mariadb:11', command: --innodb-buffer-pool-size=1G")
        #expect(mariadb.security == whole && mariadb.said.contains("its image starts as root and changes its user"))
        #expect(try imported("image: wordpress, cap_drop: [CHOWN]").security?.capabilities.count == 4)
        #expect(try imported("image: mysql, read_only: true").security == AppSecurity(user: 0, capabilities: Self.root))
        #expect(try imported("image: mysql, cap_drop: [ALL]").security == AppSecurity(user: 0, readOnlyRoot: false))
        #expect(try imported("image: mysql, user: '999:999'").security == AppSecurity(user: 999, group: 999))
        let writer = try imported("image: 'elasticsearch:8.15.0', user: '1000'")
        #expect(writer.security == AppSecurity(user: 1000, readOnlyRoot: false))
        #expect(try imported("image: elasticsearch").security == AppSecurity(readOnlyRoot: false))
        #expect(try imported("image: nextcloud, entrypoint: /cron.sh").security == nil)
    }

    @Test("is listed with the key that it belongs to where a spec cannot say it")
    func listed() throws {
        let named = try imported("image: a, user: node, cap_add: [CHOWN]").said
        #expect(named.contains("services.a.user is left out: a spec names users and groups by their numbers"))
        #expect(named.contains("services.a.cap_add[0] is left out: capabilities are root's"))
        let added = try imported("image: a, cap_add: [SYS_ADMIN, ALL], devices: [/dev/x]").said
        let walls = "services.a.cap_add[0], services.a.cap_add[1], services.a.devices are left out"
        #expect(added.contains(walls), "\(added)")
        #expect(added.contains("`security: {user, readOnlyRoot, capabilities}`"))
        #expect(added.contains("services.a: writes to its volumes and to /tmp alone"))
        #expect(try !imported("image: a, read_only: true").said.contains("/tmp alone"))
    }
}
