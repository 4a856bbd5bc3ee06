// swift-tools-version: 6.2
import PackageDescription

/// One set of rules for every target: Swift 6 mode, explicit existentials, no warning survives.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A program that is started for every call must start quickly: fixed addresses spare the loader some hundred thousand
/// relocations, and without symbols there is half as much to map.
let quickStart = LinkerSetting.unsafeFlags(
    ["-Xclang-linker", "-no-pie", "-Xlinker", "-s", "-Xclang-linker", "-static-libgcc"],
    .when(configuration: .release)
)

/// It must also run where none of our libraries is installed: `scripts/archives` lays out the static forms of those
/// that are not glibc, and the linker finds them before the shared ones (docs/decisions/0008). A debug build takes them
/// too, so that the tests run with the libraries that are shipped, which are not always built like the shared ones.
let archives = LinkerSetting.unsafeFlags(["-L\(Context.packageDirectory)/.build/archives"])

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let nio = ["NIOCore", "NIOHTTP1", "NIOPosix"].map { Target.Dependency.product(name: $0, package: "swift-nio") }
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A room of the house. Its level is the comment above its group; imports point downwards only (docs/architecture.md).
func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}

/// The tests of a room. `data` are folders beside them that they read by path.
func tests(_ name: String, _ dependencies: [Target.Dependency], data: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: data, swiftSettings: house)
}

let package = Package(
    name: "slipway",
    products: [.executable(name: "slipway", targets: ["slipway"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    targets: [
        // What C offers and Swift does not see by itself.
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CZstd"),

        // Level 0: value types without a domain.
        room("Basics", [crypto]),

        // Level 1: the vocabulary.
        room("StackModel", ["Basics"]),

        // Level 2: pure translations, and the doors to the outside world.
        room("StackSpec", ["Basics", "StackModel", yams]),
        room("Manifests", ["Basics", "StackModel"]),
        room("Planning", ["Basics", "StackModel"]),
        room("Interfaces", ["Basics", "StackModel", "CLinux"]),

        // Level 3: what builds on a translation, and one outside thing each.
        room("ComposeImport", ["Basics", "StackModel", "StackSpec", "Manifests"]),
        room("Ledger", ["Basics", "StackModel", crypto, grdb]),
        room("Vault", ["Basics", "StackModel", "Interfaces", "CLinux", "CZstd", crypto, cryptoExtras]),
        room("Archives", ["Basics", "Interfaces", "CLinux"]),
        room("DataSources", ["Basics", "StackModel", "Interfaces", "Archives"]),
        room("ProcessEngine", ["Basics", "StackModel", "Interfaces", "CLinux", crypto]),
        room(
            "HostAccess",
            ["Basics", "StackModel", "Interfaces", "CLinux", asyncHTTPClient, crypto, subprocess, systemPackage] + nio
        ),

        // Level 4: the use cases.
        room(
            "Orchestration",
            [
                "Basics", "StackModel", "StackSpec", "Manifests", "Planning", "Interfaces", "Archives", "Ledger",
                "Vault", "DataSources",
            ]
        ),

        // Level 5: what a person types.
        room(
            "CommandLineTool",
            [
                "Basics", "StackModel", "StackSpec", "ComposeImport", "Manifests", "Interfaces", "Ledger",
                "Orchestration", argumentParser,
            ]
        ),

        room("Controller", ["Basics", "StackModel", "Interfaces", "Ledger", "Orchestration"]),

        // Level 6: the only place where adapters are constructed.
        .executableTarget(
            name: "slipway",
            dependencies: [
                "CommandLineTool", "Controller", "Orchestration", "Interfaces", "HostAccess", "ProcessEngine", "Ledger",
                "Vault",
            ],
            swiftSettings: house,
            linkerSettings: [quickStart, archives]
        ),

        // Fakes with faults to order, a simulated world, a manual clock.
        room("TestKit", ["Basics", "StackModel", "Interfaces", "Planning"]),

        tests("BasicsTests", ["Basics"]),
        tests("StackModelTests", ["Basics", "StackModel"]),
        tests("StackSpecTests", ["Basics", "StackModel", "StackSpec"]),
        tests("ManifestsTests", ["Basics", "StackModel", "StackSpec", "Manifests", "TestKit", yams], data: ["Golden"]),
        tests(
            "ComposeImportTests",
            ["Basics", "StackModel", "StackSpec", "ComposeImport", "Manifests", yams],
            data: ["Samples"]
        ),
        tests("PlanningTests", ["Basics", "StackModel", "Planning", "TestKit"]),
        tests("LedgerTests", ["Basics", "StackModel", "Ledger", "TestKit", grdb]),
        tests("VaultTests", ["Basics", "StackModel", "Interfaces", "Archives", "HostAccess", "Vault", "TestKit"]),
        tests("DataSourcesTests", ["Basics", "StackModel", "Interfaces", "HostAccess", "DataSources"]),
        tests(
            "HostAccessTests",
            ["Basics", "StackModel", "Interfaces", "HostAccess", "TestKit", asyncHTTPClient] + nio
        ),
        tests(
            "ProcessEngineTests",
            ["Basics", "StackModel", "Manifests", "Interfaces", "HostAccess", "ProcessEngine"]
        ),
        tests(
            "OrchestrationTests",
            ["Basics", "StackModel", "Interfaces", "Planning", "Ledger", "Vault", "Orchestration", "TestKit", grdb]
        ),
        tests(
            "CommandLineToolTests",
            [
                "Basics", "StackModel", "StackSpec", "ComposeImport", "Ledger", "Orchestration", "CommandLineTool",
                argumentParser,
            ]
        ),
        tests(
            "ConformanceTests",
            [
                "Basics", "StackModel", "Interfaces", "HostAccess", "Ledger", "Orchestration", "ProcessEngine",
                "TestKit",
            ]
        ),
    ]
)
