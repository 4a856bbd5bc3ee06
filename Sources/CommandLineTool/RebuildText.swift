import Basics
import Orchestration
import StackModel

/// What a rebuild would do, before anybody says yes.
struct RebuildText {
    private struct Line: Encodable {
        struct Part: Encodable {
            let subject: String
            let set: BackupList.Row
            let estimate: TimeSpan?
        }

        let event = "survey"
        let stack: StackID
        let vault: String
        let parts: [Part]
        let gaps: [RebuildGap]
        let warnings: [String]
        let estimate: TimeSpan?
    }

    private let survey: RebuildSurvey
    private let now: Instant

    init(_ survey: RebuildSurvey, at now: Instant) {
        self.survey = survey
        self.now = now
    }

    var json: String {
        CanonicalJSON.text(
            Line(
                stack: survey.stack,
                vault: survey.vault.description,
                parts: parts.map { Line.Part(subject: $0.subject, set: $0.row, estimate: $0.estimate) },
                gaps: survey.gaps,
                warnings: survey.warnings,
                estimate: survey.estimate
            )
        )
    }

    var lines: [String] {
        var table = TextTable("WHAT", "FROM THE SET", "IN", "HOLDS THE STATE OF", "AGE", "SIZE", "STATE", "TO LOAD")
        for part in parts {
            table.add(
                part.subject,
                part.row.set,
                part.row.store.text,
                part.row.captured.map { TimeText.stamp($0) } ?? "-",
                part.row.captured.map { TimeText.age($0, at: now) } ?? "-",
                "\(ByteCount(bytes: part.row.size))",
                part.row.state.rawValue,
                part.estimate?.spoken ?? "-"
            )
        }
        let gaps = survey.gaps.map { "\($0.service) \($0.text)" }
        return ["Rebuild \(survey.stack) from \(survey.vault)", "", table.render(style: TextStyle(color: false)), ""]
            + ["The configuration's manifest has the digest \(survey.configurationDigest)."] + [time] + gaps + [
                "What was written after these moments is not in them. The machine that \(survey.stack) ran on before must be "
                    + "off: two of them would write to one vault."
            ]
    }

    private var time: String {
        if survey.isServing { return "An earlier attempt has brought it back; what is left are the first backups." }
        guard let estimate = survey.estimate else {
            return
                "How long the data takes was not measured by any proof. Each set is compared with what was counted before it "
                + "counts as back."
        }
        return "The data takes about \(estimate.spoken), as proofs have measured; starting the services comes on top."
    }

    private var parts: [(subject: String, row: BackupList.Row, estimate: TimeSpan?)] {
        [("config", survey.configuration, nil)]
            + survey.parts.compactMap { part in
                part.candidates.first.map { (part.service.text, $0.row, part.estimate) }
            }
    }
}

/// How a rebuild has ended.
struct RebuildReportText {
    private struct Line: Encodable {
        let event = "rebuilt"
        let report: RebuildReport
        let isWhole: Bool
    }

    private let report: RebuildReport

    init(_ report: RebuildReport) {
        self.report = report
    }

    var json: String { CanonicalJSON.text(Line(report: report, isWhole: report.isWhole)) }

    var lines: [String] {
        var parts = TextTable("WHAT", "FROM THE SET", "HOLDS THE STATE OF", "LOST AFTER IT", "CONTENT")
        for part in report.parts {
            parts.add(
                part.subject,
                part.set,
                TimeText.stamp(part.captured),
                part.recoveryPoint.spoken,
                part.content
            )
        }
        var steps = TextTable("STEP", "TOOK")
        for step in report.steps { steps.add(step.name, step.elapsed.spoken) }
        let style = TextStyle(color: false)
        return [
            "\(report.stack) is back: release \(report.release) serves", "", parts.render(style: style), "",
            steps.render(style: style), "",
            "recovery time: \(report.recoveryTime.spoken); with the first backups \(report.total.spoken)",
        ] + point + report.gaps.map { "not brought back: \($0.service) \($0.text)" }
            + report.backups.flatMap(\.copies).map { "\($0.set) is in \($0.store)" } + [
                "Its spec and sources are in \(report.folder): deploy from there. Rotate what others may have seen of the "
                    + "machine that was lost."
            ]
    }

    private var point: [String] {
        let worst = report.parts.filter { $0.subject != "config" }.map(\.recoveryPoint).max()
        return worst.map { ["recovery point: what was written in the last \($0.spoken) before is lost"] } ?? []
    }
}
