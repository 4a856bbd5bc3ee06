import Basics
import DataSources
import Interfaces
import Ledger
import StackModel

/// How much of the log of a service waits to be shipped.
package struct LogBacklog: Sendable {
    let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// nil for a policy that ships no log, and where nobody can say.
    package func bytes(of job: PolicyJob) async -> Int? {
        guard let release = try? await dependencies.currentRelease(of: job.stack),
            case .log(let service)? = (try? BackupPolicies(release: release).named(job.policy))?.subject,
            let engine = try? dependencies.engine(release.stack.engine),
            let place = try? await engine.dataPlace(of: service, in: release)
        else { return nil }
        return await LogSpool(of: place)?.bytes()
    }
}
