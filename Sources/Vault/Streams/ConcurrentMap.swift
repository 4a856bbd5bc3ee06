import Basics

extension Sequence where Element: Sendable {
    /// What some work makes of each element, in their order. Several are worked on at once, for a store that is far away
    /// answers many questions in the time of one. Of the errors, the one of the earliest element is thrown.
    func concurrentMap<Value: Sendable>(
        atOnce limit: Int = 8,
        _ work: @escaping @Sendable (Element) async throws(ReportableError) -> Value
    ) async throws(ReportableError) -> [Value] {
        let results = await withTaskGroup(of: (Int, Result<Value, ReportableError>).self) { group in
            var results: [Int: Result<Value, ReportableError>] = [:]
            for (place, element) in enumerated() {
                if place >= limit, let done = await group.next() {
                    results[done.0] = done.1
                    if case .failure = done.1 { break }
                }
                group.addTask { (place, await result(of: element, work)) }
            }
            for await done in group { results[done.0] = done.1 }
            return results
        }
        var values: [Value] = []
        for place in results.keys.sorted() {
            if let value = try results[place]?.get() { values.append(value) }
        }
        return values
    }
}

private func result<Element, Value: Sendable>(
    of element: Element,
    _ work: @Sendable (Element) async throws(ReportableError) -> Value
) async -> Result<Value, ReportableError> {
    do throws(ReportableError) {
        return .success(try await work(element))
    } catch {
        return .failure(error)
    }
}
