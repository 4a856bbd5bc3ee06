import Basics
import Testing

@testable import CommandLineTool

@Suite("Exit codes are a promise")
struct ExitStatusTests {
    @Test("the numbers are those of the documentation")
    func numbers() {
        #expect(ExitStatus.own.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 130])
    }

    @Test("every error has one that is not success", arguments: ErrorCode.allCases)
    func errors(code: ErrorCode) {
        #expect(ExitStatus(code) != .done)
    }
}
