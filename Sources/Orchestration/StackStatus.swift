import Basics
import StackModel

/// What is deployed, what runs, and where the two differ.
package struct StackStatus: Sendable, Codable {
    package struct ServiceStatus: Sendable, Codable {
        package let name: ServiceName
        package let kind: String
        package let wanted: Int
        package let replicas: [ObservedReplica]
        package let address: Address?
        /// Its clients speak TLS; nil is false.
        package let speaksTLS: Bool?
    }

    package let stack: StackID
    package let release: Int?
    package let releaseDigest: Digest?
    package let deployedAt: Instant?
    package let deployedBy: String?
    /// Services that were stopped on purpose. Sorted.
    package let stopped: [ServiceName]
    package let services: [ServiceStatus]
    /// One sentence per difference between what is meant and what is.
    package let drift: [String]
    package let lastOperation: OperationOutline?
    package let unfinished: OperationOutline?
    /// The process that ran the unfinished operation is gone: nobody is at work.
    package let ownerIsGone: Bool

    /// Everything runs and is ready, as the current release wants it.
    package var isHealthy: Bool { drift.isEmpty && unfinished == nil && release != nil && stopped.isEmpty }
}
