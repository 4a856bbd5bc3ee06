import Basics

/// A directory of an app's own that outlives its replicas and releases. All replicas of the app share it.
package struct AppVolume: Hashable, Sendable, Codable {
    package var name: VolumeName
    /// Where containers see it.
    package var path: String
    /// How much space it gets, where somebody can limit that.
    package var storage: ByteCount

    package init(name: VolumeName, path: String, storage: ByteCount) {
        self.name = name
        self.path = path
        self.storage = storage
    }
}
