import Basics
import Foundation
import StackModel
import Testing

@testable import CommandLineTool

@Suite("Where the values of given secrets come from")
struct GivenValueTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = "/tmp/given-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func stack(_ secret: SecretDeclaration) -> Stack {
        Stack(name: "shop", environment: "local", engine: .process, services: [], secrets: [secret])
    }

    private func value(_ secret: SecretDeclaration, _ folder: String) throws(ReportableError) -> String? {
        try GivenValues(variables: ["SITE": "from the variable"], directory: folder).all(of: stack(secret))["site"]?
            .reveal()
    }

    @Test("a variable, or files one after the other, relative to the spec or not")
    func origins() throws {
        try withFolder { folder in
            try "chain".write(toFile: "\(folder)/chain.pem", atomically: true, encoding: .utf8)
            try "key\n".write(toFile: "\(folder)/key.pem", atomically: true, encoding: .utf8)
            let set = SecretDeclaration(name: "site", kind: .given, from: "SITE")
            let unset = SecretDeclaration(name: "site", kind: .given, from: "OTHER")
            #expect(try value(set, folder) == "from the variable")
            #expect(try value(unset, folder) == nil)
            let files = ["chain.pem", "\(folder)/key.pem"]
            #expect(try value(SecretDeclaration(name: "site", kind: .given, files: files), folder) == "chain\nkey\n")
        }
    }

    @Test("a file that is not there, or no text, is named")
    func unreadable() throws {
        try withFolder { folder in
            try Data([0xFF, 0xFE]).write(to: URL(filePath: "\(folder)/binary"))
            try " \n".write(toFile: "\(folder)/blank", atomically: true, encoding: .utf8)
            for (file, reason) in [
                ("missing", "No such file or directory"), ("binary", "it is no text"), ("blank", "it is empty"),
            ] {
                let secret = SecretDeclaration(name: "site", kind: .given, files: [file])
                let error = #expect(throws: ReportableError.self) { try value(secret, folder) }
                #expect(error?.code == .fileFailed)
                #expect(error?.hint?.contains("secrets.site") == true)
                #expect(error?.message == "cannot read \(folder)/\(file) for the secret site: \(reason)")
            }
        }
    }
}
