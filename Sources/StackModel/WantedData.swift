/// Which data of a service is to be live.
package enum WantedData: Hashable, Sendable {
    /// That of a restoration, which lies prepared beside the live data.
    case restored(RestorationName)
    /// What was live before it.
    case before(RestorationName)

    package var restoration: RestorationName {
        switch self {
        case .restored(let name), .before(let name): name
        }
    }

    /// The same swap the other way round.
    package var opposite: WantedData {
        switch self {
        case .restored(let name): .before(name)
        case .before(let name): .restored(name)
        }
    }
}
