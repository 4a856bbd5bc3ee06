import Basics

/// The certificates in the directory of an edge: that of the release it runs, and while it takes up another one, both.
struct EdgeCertificates {
    let directory: String

    /// Removes those that its configuration no longer names, with their keys.
    func keep(_ names: [String]) throws(ReportableError) {
        for name in Disk.list(directory) where Self.isCertificate(name) && !names.contains(name) {
            try Disk.remove(tree: "\(directory)/\(name)")
        }
    }

    private static func isCertificate(_ name: String) -> Bool {
        name.hasPrefix("certificate-") && name.hasSuffix(".pem")
    }
}
