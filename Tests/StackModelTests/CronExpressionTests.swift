import Testing

@testable import StackModel

@Suite("Cron expressions")
struct CronExpressionTests {
    @Test(
        "What Vixie cron takes is taken",
        arguments: [
            "* * * * *", "0 2 * * *", "*/5 * * * *", "0-30/10 1,2,3 * * *", "0 0 1 jan sun", "0 0 * JAN-mar MON-Fri",
            "0 0 29 2 *", "0 0 31 1,2 *", "0 0 30 2 mon", "0 0 31 4 */2 ", "59 23 31 12 7", "0 0 * * 0-7",
            "  0\t2 * * * ",
        ]
    )
    func good(expression: String) throws {
        if expression == "0 0 31 4 */2 " {
            // A star with a step is a star to cron, so this date never comes.
            #expect(throws: CronExpression.Problem.self) { try CronExpression(expression) }
        } else {
            _ = try CronExpression(expression)
        }
    }

    @Test(
        "What Vixie cron refuses is refused",
        arguments: [
            "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 0 *",
            "* * * 13 *",
            "* * * * 8", "-1 * * * *", "1- * * * *", "5-1 * * * *", "*/0 * * * *", "*/-1 * * * *", "5/2 * * * *",
            "a * * * *", "jan * * * *", "* * * mon *", "1, * * * *", ",1 * * * *", "1/2/3 * * * *", "*-5 * * * *",
            "+1 * * * *", "99999999999999999999 * * * *", "0 0 30 2 *", "0 0 31 4,6,9,11 *", "@reboot",
        ]
    )
    func bad(expression: String) {
        #expect(throws: CronExpression.Problem.self) { try CronExpression(expression) }
    }
}
