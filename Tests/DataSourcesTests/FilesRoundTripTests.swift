import Basics
import Foundation
import Interfaces
import StackModel
import Testing

@testable import DataSources

extension DataRooms {
    @Suite struct FilesRoundTripTests {
        private let now = Instant(milliseconds: 1_795_000_000_000)

        private func place(_ yard: Yard, owner: UInt32 = getuid()) -> DataPlace {
            DataPlace(
                service: "api",
                server: .files,
                version: "",
                programs: "",
                volume: "\(yard.path)/volumes/api",
                beside: "\(yard.path)/volumes/.beside/api",
                owner: DataOwner(userID: owner, groupID: owner, user: nil),
                settings: [:]
            )
        }

        /// A file of each kind, and one that runs as its owner.
        private func fill(_ folder: String, owner: UInt32) throws {
            let uploads = "\(folder)/uploads/a name with a space"
            try FileManager.default.createDirectory(atPath: uploads, withIntermediateDirectories: true)
            for number in 0..<20 {
                let bytes = Data(repeating: UInt8(number), count: number * 10_000)
                try bytes.write(to: URL(fileURLWithPath: "\(uploads)/\(number)"))
            }
            // Names that no header of an archive holds by itself.
            let long = String(repeating: "long ", count: 45)
            try FileManager.default.createDirectory(atPath: "\(folder)/\(long)", withIntermediateDirectories: true)
            try Data().write(to: URL(fileURLWithPath: "\(folder)/\(long)/\(long)"))
            #expect(symlink(long, "\(folder)/\(long)/link to \(long)") == 0)
            #expect(link("\(uploads)/7", "\(uploads)/same as 7") == 0)
            #expect(symlink("7", "\(uploads)/link to 7") == 0)
            #expect(chmod("\(uploads)/9", 0o4755) == 0)
            guard geteuid() == 0 else { return }
            #expect(chown("\(uploads)/8", owner, owner) == 0)
            // Of the account that the service gets later.
            #expect(chown("\(uploads)/6", owner + 1, owner + 1) == 0)
        }

        @Test("what root has captured is refused to everybody else, before anything is laid")
        func ownership() async throws {
            try await Yard.with { yard in
                let shelf = Shelf()
                let source = place(yard, owner: 2001)
                try FileManager.default.createDirectory(atPath: source.volume, withIntermediateDirectories: true)
                let facts = DataFacts.files(try await FilesSource(place: source).capture(at: now, to: shelf.sink))
                let own = geteuid()
                for (caller, isFine) in [(UInt32(0), true), (own, true), (4242, false)] {
                    let check = FilesOwnership(of: place(yard, owner: caller), caller: caller)
                    let error: ReportableError?
                    do throws(ReportableError) {
                        try await check.check(facts, shelf.source)
                        error = nil
                    } catch let failure { error = failure }
                    #expect((error == nil) == isFine && [nil, .needsDecision].contains(error?.code))
                }
            }
        }

        @Test("a volume comes back to the byte, and belongs to the account that the service has now")
        func roundTrip() async throws {
            try await Yard.with { yard in
                let (old, new): (UInt32, UInt32) = geteuid() == 0 ? (2001, 2002) : (getuid(), getuid())
                let source = place(yard, owner: old)
                try fill(source.volume, owner: old)
                let shelf = Shelf()
                let facts = try await FilesSource(place: source).capture(at: now, to: shelf.sink)
                // The folder, two in it, one in those, twenty-one files and three more names; no byte counted twice.
                #expect(facts.entries == 28 && facts.bytes == 1_900_000)
                let target = place(yard, owner: new)
                let evidence = try await DataPreparation(target: target, runner: yard.runner)
                    .prepare("r1", facts: .files(facts), scratch: "\(yard.path)/scratch", object: shelf.source)
                #expect(evidence.counts == ["files": 27, "bytes": 1_900_000])
                let back = "\(target.beside)/r1/uploads/a name with a space"
                var status = stat()
                #expect(stat("\(back)/8", &status) == 0 && status.st_uid == new)
                #expect(stat("\(back)/9", &status) == 0 && status.st_mode & 0o7777 == 0o755)
                #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(back)/link to 7") == "7")
                for number in 0..<20 {
                    let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(back)/\(number)"))
                    #expect(bytes == Data(repeating: UInt8(number), count: number * 10_000))
                }
            }
        }

        @Test("an archive that is not the one of the facts is refused, and nothing of it stays")
        func damaged() async throws {
            try await Yard.with { yard in
                let place = place(yard)
                try fill(place.volume, owner: getuid())
                let shelf = Shelf()
                let facts = try await FilesSource(place: place).capture(at: now, to: shelf.sink)
                let whole = shelf[FilesFacts.archive]
                for cut in [0, 512, whole.count / 2, whole.count - 1024] {
                    shelf[FilesFacts.archive] = Array(whole[..<cut])
                    let error = await #expect(throws: ReportableError.self) {
                        try await DataPreparation(target: place, runner: yard.runner)
                            .prove(facts: .files(facts), scratch: "\(yard.path)/scratch", object: shelf.source)
                    }
                    #expect(error?.code == .vaultDamaged, "cut at \(cut)")
                }
                shelf[FilesFacts.archive] = whole
                let fewer = FilesFacts(
                    takenAt: now,
                    entries: 24,
                    bytes: facts.bytes,
                    user: facts.user,
                    group: facts.group
                )
                let error = await #expect(throws: ReportableError.self) {
                    try await DataPreparation(target: place, runner: yard.runner)
                        .prove(facts: .files(fewer), scratch: "\(yard.path)/scratch", object: shelf.source)
                }
                #expect(error?.code == .vaultDamaged)
            }
        }

        @Test("a volume that has lost most of its files makes no set")
        func shrunken() async throws {
            try await Yard.with { yard in
                let place = place(yard)
                try fill(place.volume, owner: getuid())
                let facts = try await FilesSource(place: place).capture(at: now, to: Shelf().sink)
                for name in yard.names("volumes/api") {
                    try FileManager.default.removeItem(atPath: "\(place.volume)/\(name)")
                }
                let error = await #expect(throws: ReportableError.self) {
                    try await FilesSource(place: place).capture(at: now, since: facts, to: Shelf().sink)
                }
                #expect(error?.code == .needsDecision)
                let accepted = ShrinkGuard(isAccepted: true)
                let left = try await FilesSource(place: place)
                    .capture(at: now, since: facts, shrink: accepted, to: Shelf().sink)
                #expect(left.entries == 1)
            }
        }
    }
}
