import Basics

/// Runs programs. Arguments are a vector, never a shell's text. A non-zero exit is a result, not an error.
package protocol CommandRunner: Sendable {
    /// Throws `programMissing` when the program cannot be found, `engineFailed` when it cannot be started or outlives
    /// `timeout` (it is then killed). Output beyond `outputLimit` is cut, keeping the beginning.
    func run(_ command: CommandLine) async throws(ReportableError) -> CommandResult
}

/// One call of a program. Secrets go into `environment` or `input`, never into `arguments`.
package struct CommandLine: Sendable {
    package var program: String
    package var arguments: [String]
    /// Added to a minimal environment (PATH, LANG=C.UTF-8); the caller's own is not passed on.
    package var environment: [String: Redacted<String>]
    package var input: Redacted<String>?
    package var directory: String?
    /// Run as this user of the machine; needs root.
    package var user: String?
    package var timeout: TimeSpan
    /// Bytes kept of each of the two outputs.
    package var outputLimit: Int

    package init(
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: Redacted<String>] = [:],
        input: Redacted<String>? = nil,
        directory: String? = nil,
        user: String? = nil,
        timeout: TimeSpan = .seconds(30),
        outputLimit: Int = 1 << 20
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.input = input
        self.directory = directory
        self.user = user
        self.timeout = timeout
        self.outputLimit = outputLimit
    }
}

package struct CommandResult: Sendable {
    /// Exit code, or 128 + signal number.
    package let status: Int32
    package let output: String
    package let errorOutput: String

    package init(status: Int32, output: String, errorOutput: String) {
        self.status = status
        self.output = output
        self.errorOutput = errorOutput
    }

    package var succeeded: Bool { status == 0 }
}
