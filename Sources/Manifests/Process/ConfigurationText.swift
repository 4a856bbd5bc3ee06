import Basics
import StackModel

/// A configuration file in the making: lines, some of them with references, joined to one template.
struct ConfigurationText {
    private var segments: [Template.Segment] = []

    init() {}

    mutating func line(_ content: Template) {
        for segment in content.segments { append(segment) }
        append(.literal("\n"))
    }

    mutating func lines(_ contents: [Template]) {
        for content in contents { line(content) }
    }

    var template: Template { Template(segments) }

    /// Neighbouring literals become one, so that the template says the same thing in one way only.
    private mutating func append(_ segment: Template.Segment) {
        if case .literal(let text) = segment, case .literal(let before)? = segments.last {
            segments[segments.count - 1] = .literal(before + text)
        } else {
            segments.append(segment)
        }
    }
}
