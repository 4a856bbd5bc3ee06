import Basics
import StackModel

/// `--service` options as names.
enum ServiceNames {
    static func parse(_ texts: [String]) throws(ReportableError) -> Set<ServiceName> {
        var names: Set<ServiceName> = []
        for text in texts {
            guard let name = ServiceName(text) else {
                throw ReportableError(.usage, "\"\(text)\" is not the name of a service")
            }
            names.insert(name)
        }
        return names
    }
}
