import Basics
import StackModel

enum SecurityKeys {
    static let user = Key<Int>(
        "user",
        .integer(0...2_147_483_647),
        default: "on Docker the image's own, on Kubernetes 10001",
        synonyms: ["runAsUser", "uid"],
        "The number of the user it starts as. 0 is root: an image that gives directories to a user of its own and goes on "
            + "as that one needs it, and `capabilities`."
    )
    static let group = Key<Int>(
        "group",
        .integer(0...2_147_483_647),
        default: "the number of `user`",
        synonyms: ["runAsGroup", "gid"],
        "The number of its group."
    )
    static let readOnlyRoot = Key<Bool>(
        "readOnlyRoot",
        .boolean,
        default: "true",
        synonyms: ["readOnly", "read_only", "readonly", "readOnlyRootFilesystem"],
        "Whether the directories of the image are only read. Then it writes to its volumes, and to `/tmp`, which is empty "
            + "at each start."
    )
    static let capabilities = Key<[AppSecurity.Capability]>(
        "capabilities",
        .list(of: .choice, what: "capabilities"),
        default: "none",
        synonyms: ["cap_add", "capAdd", "caps", "add"],
        "What root may. Usual for an image that changes its user: "
            + "`[CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID]`. More than stand here, nobody gets."
    )

    static let table = KeyTable(
        title: "security",
        meaning: "What the container of an app is allowed. Without it: nothing, as every container here. The process "
            + "engine has no containers; there `user` of the app names a user of the machine.",
        rules: [user.rule, group.rule, readOnlyRoot.rule, capabilities.rule]
    )
}

extension ValueType where Value == AppSecurity {
    static var security: ValueType {
        .table(SecurityKeys.table) { fields in
            let security = AppSecurity(
                user: fields[SecurityKeys.user],
                group: fields[SecurityKeys.group],
                readOnlyRoot: fields[SecurityKeys.readOnlyRoot] ?? true,
                capabilities: fields[SecurityKeys.capabilities] ?? []
            )
            check(security, fields)
            return security
        }
    }

    private static func check(_ security: AppSecurity, _ fields: Fields) {
        guard fields.isClean else { return }
        if security.group != nil, security.user == nil {
            fields.findings.error(
                "security has a group without a user",
                at: fields.place(of: SecurityKeys.group),
                help: "Name the user by its number too."
            )
        }
        if let user = security.user, user != 0, !security.capabilities.isEmpty {
            fields.findings.error(
                "capabilities are root's, and the user is \(user)",
                at: fields.place(of: SecurityKeys.capabilities),
                help: "Remove them, or write `user: 0`, for an image that changes its user itself."
            )
        }
    }
}
