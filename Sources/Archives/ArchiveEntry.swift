import Glibc

/// One thing in an archive, as its header says it.
struct ArchiveEntry: Equatable {
    enum Kind: Equatable {
        /// Its bytes follow.
        case file(size: Int)
        case folder
        /// The text of a symbolic link.
        case link(String)
        /// Another name of a file that came before.
        case sameAs(String)
    }

    /// Words joined by `/`; empty for the archived folder itself.
    var name: String
    var kind: Kind
    /// The permissions, without the kind.
    var mode: Int
    var owner: Int
    var group: Int
    /// Seconds since 1970.
    var modified: Int

    /// Bits that make a file run as somebody else, which no archive brings back.
    static func special(_ kind: Kind) -> mode_t { kind == .folder ? S_ISUID : S_ISUID | S_ISGID }

    var size: Int {
        if case .file(let size) = kind { size } else { 0 }
    }
}

/// Why a name, a link or a header is not taken; continues "entry 'x' ".
struct ArchiveRefusal: Error {
    let text: String
}
