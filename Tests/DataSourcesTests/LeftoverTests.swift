import Basics
import Glibc
import HostAccess
import Interfaces
import Testing

@testable import DataSources

extension DataRooms {
    @Suite struct LeftoverTests {
        @Test("a scratch server that outlived its maker is ended with its folder, and nothing else is")
        func orphan() async throws {
            try await Yard.with { yard in
                for name in ["scratch", "scratch-other"] { try await Folder.make("\(yard.path)/\(name)/data") }
                func server(_ name: String) -> CommandLine {
                    let folder = "\(yard.path)/\(name)"
                    return CommandLine(
                        "redis-server",
                        ["--port", "0", "--unixsocket", "\(folder)/r.sock", "--dir", "\(folder)/data", "--save", ""],
                        directory: "/"
                    )
                }
                let orphan = try await yard.runner.start(server("scratch"))
                let other = try await yard.runner.start(server("scratch-other"))
                // A person who looks around.
                let person = try await yard.runner.start(
                    CommandLine("sleep", ["60"], directory: "\(yard.path)/scratch/data")
                )
                for folder in ["scratch", "scratch-other"] {
                    for _ in 0..<500 where !yard.names(folder).contains("r.sock") {
                        try await Task.sleep(for: .milliseconds(20))
                    }
                }
                try await Leftovers.clear("\(yard.path)/scratch", yard.runner)
                #expect(await orphan.end().status == 128 + SIGKILL)
                #expect(other.isRunning && person.isRunning)
                #expect(yard.names("") == ["scratch-other"])
                other.kill()
                person.kill()
                _ = (await other.end(), await person.end())
                try await Leftovers.clear("\(yard.path)/scratch-other", yard.runner)
                try await Leftovers.clear("\(yard.path)/scratch-other", yard.runner)
            }
        }

        @Test("a scratch server whose maker was killed is ended by whoever works beside, and not while the maker lives")
        func swept() async throws {
            try await Yard.with { yard in
                let (place, owner) = (
                    "\(yard.path)/prove.a", DataOwner(userID: geteuid(), groupID: getegid(), user: nil)
                )
                try await Folder.make("\(place)/data")
                let maker = try await yard.runner.start(
                    CommandLine("flock", ["-n", "-o", "\(place).lock", "sleep", "60"], directory: "/")
                )
                let server = try await yard.runner.start(
                    CommandLine(
                        "redis-server",
                        ["--port", "0", "--unixsocket", "\(place)/r.sock", "--dir", "\(place)/data", "--save", ""],
                        directory: "/"
                    )
                )
                for _ in 0..<500 where !yard.names("prove.a").contains("r.sock") {
                    try await Task.sleep(for: .milliseconds(20))
                }
                func workBeside() async throws {
                    try await ScratchPlace.with("\(yard.path)/prove.b", for: owner, yard.runner) {
                        (_) throws(ReportableError) in
                    }
                }
                try await workBeside()
                #expect(server.isRunning && yard.names("") == ["prove.a", "prove.a.lock"])
                let busy = await #expect(throws: ReportableError.self) {
                    _ = try await ScratchHold.take(place, yard.runner, patience: .seconds(0))
                }
                #expect(busy?.code == .stackBusy)
                maker.kill()
                _ = await maker.end()
                try await workBeside()
                #expect(await server.end().status == 128 + SIGKILL)
                #expect(yard.names("") == [])
            }
        }

        @Test("sockets that had to lie elsewhere go with the folder that leads to them")
        func sockets() async throws {
            try await Yard.with { yard in
                let owner = DataOwner(userID: geteuid(), groupID: getegid(), user: nil)
                let place = "\(yard.path)/\(String(repeating: "x", count: 120))"
                try await Folder.make(place)
                let sockets = try await Folder.makeForSockets(in: place, owner: owner)
                #expect(sockets.hasPrefix("/tmp/slipway-scratch-") && Folder.exists(sockets))
                try await Leftovers.clear(place, yard.runner)
                #expect(!Folder.exists(sockets) && !Folder.exists(place))
            }
        }

        @Test("a folder that holds something is not taken for a new one, nor is a link")
        func taken() async throws {
            try await Yard.with { yard in
                try await Folder.make("\(yard.path)/full/data")
                try await Folder.make("\(yard.path)/empty")
                try await Folder.make("\(yard.path)/empty")
                symlink("\(yard.path)/empty", "\(yard.path)/link")
                for name in ["full", "link"] {
                    let error = await #expect(throws: ReportableError.self) {
                        try await Folder.make("\(yard.path)/\(name)")
                    }
                    #expect(error?.code == .fileFailed)
                }
                let file = await #expect(throws: ReportableError.self) {
                    _ = try await SpoolFile.create("\(yard.path)/link")
                }
                #expect(file?.code == .fileFailed)
            }
        }
    }
}
