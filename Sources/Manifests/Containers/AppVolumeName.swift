import StackModel

/// What a volume of an app is called where containers run. No name of the spec has a dot, so nothing else can be called
/// the same.
enum AppVolumeName {
    static func text(_ volume: VolumeName, of service: ServiceName) -> String { "\(service).\(volume)" }
}
