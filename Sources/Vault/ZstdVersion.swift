import CZstd

/// The version of the zstd library that compresses, as in `1.5.4`.
package enum ZstdVersion {
    package static var text: String { String(cString: ZSTD_versionString()) }
}
