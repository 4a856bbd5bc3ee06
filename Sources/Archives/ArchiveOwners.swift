/// Whose the files of an archive become. An account of one machine has another number on the next.
package struct ArchiveOwners: Sendable {
    /// Who owned what, by who is to own it.
    private let users: [Int: Int]
    private let groups: [Int: Int]
    /// Everything becomes the caller's.
    let areLeft: Bool

    /// As the archive has them.
    package static let kept = ArchiveOwners(users: [:], groups: [:], areLeft: false)
    package static let left = ArchiveOwners(users: [:], groups: [:], areLeft: true)

    /// As the archive has them, but for those of two accounts, which change places: so it can be undone.
    package static func moved(_ from: (user: UInt32, group: UInt32), to: (user: UInt32, group: UInt32)) -> ArchiveOwners
    {
        ArchiveOwners(
            users: swapped(Int(from.user), Int(to.user)),
            groups: swapped(Int(from.group), Int(to.group)),
            areLeft: false
        )
    }

    private static func swapped(_ one: Int, _ other: Int) -> [Int: Int] {
        one == other ? [:] : [one: other, other: one]
    }

    func applied(to entry: ArchiveEntry) -> ArchiveEntry {
        var entry = entry
        entry.owner = users[entry.owner] ?? entry.owner
        entry.group = groups[entry.group] ?? entry.group
        return entry
    }
}
