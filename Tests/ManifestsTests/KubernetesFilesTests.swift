import Basics
import Foundation
import Manifests
import StackModel
import Testing

/// Writes what is rendered to the folder that `RENDERED` names, for the programs that check it.
@Suite("Kubernetes: files")
struct KubernetesFilesTests {
    @Test("every stack is rendered", arguments: KubernetesStacks.all.keys.sorted())
    func isRendered(_ name: String) throws {
        let stack = try #require(KubernetesStacks.all[name])
        let files = try StackManifests.files(of: stack, for: .kubernetes)
        #expect(Set(files.map(\.path)).count == files.count)
        guard let folder = ProcessInfo.processInfo.environment["RENDERED"] else { return }
        for file in files {
            let url = URL(filePath: "\(folder)/\(name)/\(file.path)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try file.content.write(to: url, atomically: true, encoding: .utf8)
        }
    }
}
