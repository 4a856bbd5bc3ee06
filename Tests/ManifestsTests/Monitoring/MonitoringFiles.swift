import Foundation
import StackModel

@testable import Manifests

/// The monitoring files of a stack in a directory of their own, which goes with the value.
final class MonitoringFiles {
    let directory = "\(NSTemporaryDirectory())/monitoring-\(UUID().uuidString.prefix(8))"
    let files: [ManifestFile]

    init(of stack: Stack, reachedBy reach: Monitoring.Reach) throws {
        files = try Monitoring.files(of: stack.withCompanions(), reachedBy: reach)
        for file in files {
            let path = URL(fileURLWithPath: "\(directory)/\(file.path)")
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try file.content.write(to: path, atomically: true, encoding: .utf8)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }
}
