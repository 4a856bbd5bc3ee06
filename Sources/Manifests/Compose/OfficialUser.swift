/// The users that own the data in the official images. Started as such a user, an image needs no capability at all.
enum OfficialUser {
    static func redis(image: String) -> String { image.contains("alpine") ? "999:1000" : "999:999" }
    static func postgres(image: String) -> String { image.contains("alpine") ? "70:70" : "999:999" }
    static let nobody = "65534:65534"
    static let grafana = "472:0"
    static let haproxy = "99:99"
}
