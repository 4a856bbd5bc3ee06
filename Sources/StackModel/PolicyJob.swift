/// Something that is done for a policy of a deployed stack again and again, one at a time.
package struct PolicyJob: Hashable, Sendable {
    package let stack: StackID
    package let policy: String
    package let kind: BackupRun.Kind

    package init(_ kind: BackupRun.Kind, by policy: String, of stack: StackID) {
        self.stack = stack
        self.policy = policy
        self.kind = kind
    }
}
