/// The version of this build: the one place where it is written.
package enum SlipwayVersion {
    package static let text = "0.1.0"
}
