import Basics
import Foundation
import Glibc
import Interfaces
import NIOCore
import StackModel
import Testing

@testable import HostAccess

/// An S3 server on this machine: `moto`, which `scripts/setup` installs.
final class MotoServer: Sendable {
    @TaskLocal static var current: MotoServer?

    static let program = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../.build/moto/bin/moto_server").standardized.path

    static var isInstalled: Bool { access(program, X_OK) == 0 }

    let port = RawConnection.freePort()
    private let process: TestProgram

    init() throws {
        process = try TestProgram(Self.program, ["-H", "127.0.0.1", "-p", "\(port)"])
        // Python and all that moto imports.
        for _ in 0..<3 where !RawConnection.canConnect(to: port) {
            try? TestProgram.wait { RawConnection.canConnect(to: self.port) }
        }
    }

    func stop() { process.kill() }

    /// A new bucket, reached straight or through a proxy's port.
    func bucket(
        through port: Int? = nil,
        named name: String = "b-\(UUID().uuidString.prefix(8).lowercased())",
        secret: String = "secret",
        headers: [String: String] = [:],
        patience: StorePatience = .short,
        now: @escaping @Sendable () -> Instant = Instant.current
    ) async throws -> S3Client {
        let client = try Self.client(port ?? self.port, name, patience, now)
        _ = try await Self.client(self.port, name, .short, Instant.current).send(S3Request("PUT", headers: headers))
        return client
    }

    static func client(
        _ port: Int,
        _ bucket: String,
        _ patience: StorePatience = .short,
        _ now: @escaping @Sendable () -> Instant = Instant.current
    ) throws -> S3Client {
        let place = try S3Place(
            endpoint: "http://127.0.0.1:\(port)",
            bucket: bucket,
            region: "us-east-1",
            prefix: "vaults/shop"
        )
        let credentials = S3Credentials(accessKey: Redacted("AKIDEXAMPLE"), secretKey: Redacted("hunter2/secret+key"))
        return S3Client(
            place: place,
            credentials: credentials,
            wire: .live(patience),
            patience: patience,
            now: now
        )
    }
}

extension StorePatience {
    /// For a server that is near.
    static let short = StorePatience(
        attempts: 4,
        firstPause: TimeSpan(milliseconds: 10),
        longestPause: TimeSpan(milliseconds: 50),
        reply: .seconds(20)
    )
}

extension Instant {
    static let current: @Sendable () -> Instant = {
        Instant(milliseconds: Int(Date().timeIntervalSince1970 * 1000))
    }
}

/// One server for all tests of a suite.
struct WithMoto: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { false }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing body: @Sendable () async throws -> Void
    ) async throws {
        let server = try MotoServer()
        defer { server.stop() }
        try await MotoServer.$current.withValue(server) { try await body() }
    }
}
