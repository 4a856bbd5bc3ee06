import Foundation
import Interfaces
import StackModel
import Testing

@testable import DataSources

extension DataRooms {
    @Suite struct KeptDataTests {
        private func place(_ yard: Yard) -> DataPlace {
            DataPlace(
                service: "redis",
                server: .redis,
                version: "7.0.15",
                programs: "/usr/bin",
                volume: "\(yard.path)/volumes/redis",
                beside: "\(yard.path)/volumes/.beside/redis",
                owner: DataOwner(userID: getuid(), groupID: getgid(), user: nil),
                settings: [:]
            )
        }

        private func names(_ path: String) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
        }

        @Test("what restores have kept goes one by one with its record, or all at once, and never what is live")
        func removal() async throws {
            try await Yard.with { yard in
                let (place, volumes) = (place(yard), "\(yard.path)/volumes")
                let gone = "\(volumes)/.gone-beside-redis"
                for folder in [place.volume, "\(place.beside)/r1/sub", "\(place.beside)/r2", "\(gone)/half"] {
                    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                }
                for name in ["r1", "r2"] {
                    try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(place.beside)/\(name).json"))
                }
                let kept = KeptData(of: place, yard.runner)
                try await kept.remove("r1")
                #expect(names(place.beside) == ["r2", "r2.json"])
                // What died half way through is finished, too.
                try await kept.removeAll()
                #expect(names(volumes) == ["redis"])
                try await kept.removeAll()
                #expect(names(volumes) == ["redis"])
            }
        }
    }
}
