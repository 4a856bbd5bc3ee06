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
