import Basics

/// What a server is asked for: the dozen requests of SFTP's version 3 that a store needs, and OpenSSH's additions.
enum SFTPRequest {
    enum Purpose: UInt32 {
        case read = 0x1
        case write = 0x2
        /// Writes a file that nobody has.
        case create = 0x2A
    }

    case open(String, Purpose)
    case close([UInt8])
    case read([UInt8], offset: Int, count: Int)
    case write([UInt8], offset: Int, ArraySlice<UInt8>)
    case look(String)
    case lookAt([UInt8])
    /// Seconds since 1970.
    case stamp([UInt8], modified: UInt32)
    case openFolder(String)
    case readFolder([UInt8])
    case remove(String)
    case makeFolder(String)
    case removeFolder(String)
    /// OpenSSH's refuses to replace anything.
    case move(String, to: String)
    /// The second takes the place of the first, in one step.
    case replace(String, by: String)
    case link(String, to: String)
    case sync([UInt8])
    case space(String)

    /// The names of the additions, as a server lists those it has.
    static let replacing = "posix-rename@openssh.com"
    static let linking = "hardlink@openssh.com"
    static let syncing = "fsync@openssh.com"
    static let telling = "statvfs@openssh.com"

    /// Without these nothing is written.
    static let needed = [replacing, linking, syncing]

    /// The first packet, which has no number.
    static var greeting: [UInt8] {
        framed { fields in
            fields.byte(1)
            fields.number(3)
        }
    }

    func packet(_ number: UInt32) -> [UInt8] {
        Self.framed { fields in
            fields.byte(kind)
            fields.number(number)
            write(to: &fields)
        }
    }

    private static func framed(_ write: (inout SFTPFields) -> Void) -> [UInt8] {
        var (body, packet) = (SFTPFields(), SFTPFields())
        write(&body)
        packet.data(body.bytes)
        return packet.bytes
    }

    private var kind: UInt8 {
        switch self {
        case .open: 3
        case .close: 4
        case .read: 5
        case .write: 6
        case .look: 7
        case .lookAt: 8
        case .stamp: 10
        case .openFolder: 11
        case .readFolder: 12
        case .remove: 13
        case .makeFolder: 14
        case .removeFolder: 15
        case .move: 18
        case .replace, .link, .sync, .space: 200
        }
    }

    private func write(to fields: inout SFTPFields) {
        switch self {
        case .open(let path, let purpose):
            fields.text(path)
            fields.number(purpose.rawValue)
            Self.mode(0o600, to: &fields)
        case .close(let handle), .lookAt(let handle), .readFolder(let handle): fields.data(handle)
        case .read(let handle, let offset, let count):
            fields.data(handle)
            fields.long(offset)
            fields.number(UInt32(count))
        case .write(let handle, let offset, let bytes):
            fields.data(handle)
            fields.long(offset)
            fields.data(bytes)
        case .look(let path), .openFolder(let path), .remove(let path), .removeFolder(let path): fields.text(path)
        case .stamp(let handle, let time):
            fields.data(handle)
            for number in [SFTPAttributes.hasTimes, time, time] { fields.number(number) }
        case .makeFolder(let path):
            fields.text(path)
            Self.mode(0o700, to: &fields)
        case .move(let old, let new): for path in [old, new] { fields.text(path) }
        case .replace(let old, let new): for text in [Self.replacing, new, old] { fields.text(text) }
        case .link(let old, let new): for text in [Self.linking, old, new] { fields.text(text) }
        case .sync(let handle):
            fields.text(Self.syncing)
            fields.data(handle)
        case .space(let path): for text in [Self.telling, path] { fields.text(text) }
        }
    }

    private static func mode(_ mode: UInt32, to fields: inout SFTPFields) {
        fields.number(SFTPAttributes.hasMode)
        fields.number(mode)
    }
}
