// swift-tools-version: 6.2
import PackageDescription

// A target imports only targets above it, here and in the table of ARCHITECTURE.md, which has the map. `make test`
// builds with `--explicit-target-dependency-import-check error`: an undeclared import does not compile.

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTP2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let jwt: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")

let package = Package(
    name: "servicelet",
    products: [
        .executable(name: "servicelet", targets: ["servicelet"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // Foundations
        .target(name: "CLinux"),
        .target(name: "BlockingThreads", dependencies: ["CLinux"]),
        .target(name: "ChildProcesses", dependencies: ["CLinux"]),
        .target(name: "Mailboxes"),
        .target(name: "FolderWatching"),

        // Values
        .target(name: "InternetAddresses"),
        .target(name: "KubernetesAPI", dependencies: ["InternetAddresses"]),
        .target(name: "KubernetesObjects", dependencies: ["InternetAddresses", yams]),
        .target(name: "ServiceRouting", dependencies: ["KubernetesAPI", "InternetAddresses"]),

        // Controllers' decisions, and sources of whole objects
        .target(name: "DocumentAccess", dependencies: ["KubernetesObjects"]),
        .target(
            name: "EndpointsController", dependencies: ["KubernetesObjects", "KubernetesAPI", "InternetAddresses"]),
        .target(
            name: "MachineController", dependencies: ["KubernetesObjects", "KubernetesAPI", "InternetAddresses"]),
        .target(name: "ReplicaController", dependencies: ["KubernetesObjects", "KubernetesAPI"]),

        // The Domain Name System
        .target(name: "DNSMessages"),
        .target(name: "ServiceNames", dependencies: ["DNSMessages", "KubernetesAPI", "InternetAddresses"]),

        // Sources of objects
        .target(name: "ObjectSource", dependencies: ["KubernetesAPI", "Mailboxes"]),
        .target(
            name: "ManifestSource", dependencies: ["ObjectSource", "KubernetesAPI", "FolderWatching", yams, log]),
        .target(
            name: "KubernetesClient",
            dependencies: [
                "ObjectSource", "DocumentAccess", "KubernetesObjects", "KubernetesAPI", yams, log, httpClient, nioCore,
                nioPosix, nioHTTP1, nioSSL, subprocess, system,
            ]),

        // The API server
        .target(
            name: "APICredentials",
            dependencies: [
                crypto, x509, jwt, .product(name: "SwiftASN1", package: "swift-asn1"),
                system,
            ]),
        .target(
            name: "ObjectStore",
            dependencies: [grdb, .product(name: "DequeModule", package: "swift-collections")]),

        .target(name: "HTTPConnections", dependencies: [log, hummingbirdCore, nioCore, nioPosix]),
        .target(
            name: "APIServer",
            dependencies: [
                "APICredentials", "ObjectStore", "KubernetesObjects", "KubernetesAPI", "ObjectSource",
                "DocumentAccess", "HTTPConnections", "InternetAddresses", log, hummingbirdCore, x509,
                nioCore, nioPosix, nioSSL, .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "NIOTLS", package: "swift-nio"), nioHTTP2,
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]),

        // The kernel
        .target(name: "Netlink", dependencies: ["CLinux"]),
        .target(name: "NFTables", dependencies: ["Netlink", "CLinux", "InternetAddresses"]),
        .target(name: "Conntrack", dependencies: ["Netlink", "CLinux", "InternetAddresses"]),
        .target(name: "IPVS", dependencies: ["Netlink", "CLinux", "InternetAddresses"]),
        .target(name: "IPSet", dependencies: ["Netlink", "CLinux", "InternetAddresses"]),
        .target(name: "Routes", dependencies: ["Netlink", "CLinux", "InternetAddresses"]),
        .target(
            name: "UserspaceProxy",
            dependencies: [
                "BlockingThreads", "CLinux", "InternetAddresses",
                .product(name: "DequeModule", package: "swift-collections"),
            ]),

        .target(
            name: "IPTables", dependencies: ["ChildProcesses", "Netlink", "CLinux", "InternetAddresses", crypto]),

        // Data planes
        .target(name: "Dataplane", dependencies: ["ServiceRouting", "InternetAddresses"]),
        .target(
            name: "NFTablesDataplane",
            dependencies: [
                "BlockingThreads", "Mailboxes", "Dataplane", "ServiceRouting", "NFTables", "Netlink", "CLinux",
                "InternetAddresses", log, .product(name: "OrderedCollections", package: "swift-collections"),
            ]),
        .target(
            name: "IPTablesDataplane",
            dependencies: [
                "BlockingThreads", "Dataplane", "ServiceRouting", "IPTables", "Conntrack", "Netlink",
                "InternetAddresses",
            ]),
        .target(
            name: "IPVSDataplane",
            dependencies: [
                "BlockingThreads", "Mailboxes", "Dataplane", "ServiceRouting", "IPVS", "IPSet", "Routes", "IPTables",
                "Netlink", "CLinux", "InternetAddresses",
            ]),

        .target(
            name: "UserspaceDataplane",
            dependencies: [
                "BlockingThreads", "Dataplane", "ServiceRouting", "KubernetesAPI", "UserspaceProxy", "NFTables",
                "Routes", "Netlink", "CLinux", "InternetAddresses", log,
            ]),

        // After the rules
        .target(
            name: "ConntrackCleanup",
            dependencies: [
                "BlockingThreads", "Mailboxes", "ServiceRouting", "Conntrack", "Netlink", "CLinux", "InternetAddresses",
            ]),

        .target(
            name: "ConnectionCounters",
            dependencies: [
                "BlockingThreads", "Mailboxes", "ServiceRouting", "NFTables", "Netlink", "CLinux", "InternetAddresses",
            ]),

        // The node, besides rules
        .target(name: "NodeSetup"),

        // Why a Service does not work
        .target(
            name: "Diagnosis",
            dependencies: ["Dataplane", "ServiceRouting", "KubernetesAPI", "Conntrack", "InternetAddresses"]),

        // Daemons and the command
        .target(
            name: "DaemonKit",
            dependencies: [
                "BlockingThreads", "CLinux", "HTTPConnections", "InternetAddresses", log, hummingbird, nioCore,
                serviceLifecycle,
            ]),
        .target(
            name: "KubeProxyConfig",
            dependencies: [
                "BlockingThreads", "FolderWatching", "DaemonKit", "KubernetesObjects", "InternetAddresses", yams,
            ]),
        .target(
            name: "ControllerManager",
            dependencies: [
                "DaemonKit", "EndpointsController", "ReplicaController", "MachineController", "DocumentAccess",
                "KubernetesObjects", "KubernetesAPI", "Mailboxes", log, hummingbird, httpClient, nioCore, nioPosix,
                nioHTTP1, nioSSL, .product(name: "DequeModule", package: "swift-collections"),
            ]),
        .target(
            name: "NodeProxy",
            dependencies: [
                "DaemonKit", "KubeProxyConfig", "NodeSetup", "ConntrackCleanup", "ConnectionCounters",
                "BlockingThreads", "Mailboxes", "CLinux", "ObjectSource", "ManifestSource", "KubernetesClient",
                "KubernetesAPI", "KubernetesObjects", "ServiceRouting", "Dataplane", "NFTablesDataplane",
                "IPTablesDataplane", "IPVSDataplane", "UserspaceDataplane", "IPVS", "IPTables", "Netlink", "Routes",
                "InternetAddresses", log, hummingbird, nioCore,
            ]),
        .target(
            name: "DNSServer",
            dependencies: [
                "DNSMessages", "ServiceNames", "DaemonKit", "BlockingThreads", "CLinux", "ObjectSource",
                "ManifestSource", "KubernetesClient", "KubernetesAPI", "InternetAddresses", log, hummingbird, nioCore,
                nioPosix, nioSSL,
            ]),
        .target(
            name: "NodeProbes",
            dependencies: [
                "Diagnosis", "BlockingThreads", "ChildProcesses", "CLinux", "Netlink", "NFTables", "Routes",
                "Conntrack", "ConntrackCleanup", "DNSMessages", "InternetAddresses",
            ]),
        .target(
            name: "NodeDiagnosis",
            dependencies: [
                "Diagnosis", "NodeProbes", "NodeProxy", "KubeProxyConfig", "BlockingThreads", "Conntrack",
                "ConntrackCleanup", "DaemonKit", "Dataplane", "ObjectSource", "ManifestSource", "KubernetesClient",
                "KubernetesAPI", "ServiceRouting", "InternetAddresses", log, hummingbird,
            ]),
        .executableTarget(
            name: "servicelet",
            dependencies: [
                "DaemonKit", "KubeProxyConfig", "NodeProxy", "APIServer", "ControllerManager", "MachineController",
                "KubernetesClient", "DNSServer", "Diagnosis", "NodeDiagnosis", "InternetAddresses", arguments, log,
            ]),

        // A small cluster of network namespaces, for the demo and the tests
        .target(
            name: "LabKit",
            dependencies: [
                "ChildProcesses", "CLinux", .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ]),
        .executableTarget(name: "demo", dependencies: ["LabKit"]),
        .target(name: "TestKit", dependencies: [log]),
        .target(
            name: "KubernetesTestKit",
            resources: [.copy("Scenarios"), .copy("Transcripts"), .copy("KubeProxy"), .copy("Controllers")]),
        .target(
            name: "RoutingTestKit",
            dependencies: ["KubernetesTestKit", "ServiceRouting", "KubernetesAPI", "InternetAddresses"]),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "DNSMessages", "KubernetesAPI", "KubernetesObjects", "ManifestSource", "Netlink", "NFTables",
                "Conntrack", "InternetAddresses", "KubernetesTestKit",
            ]),
        .target(name: "ControllerTestKit", dependencies: ["KubernetesTestKit", "KubernetesObjects"]),

        // Without root
        .testTarget(name: "BlockingThreadsTests", dependencies: ["BlockingThreads"]),
        .testTarget(name: "ChildProcessesTests", dependencies: ["ChildProcesses"]),
        .testTarget(name: "MailboxesTests", dependencies: ["Mailboxes"]),
        .testTarget(name: "InternetAddressesTests", dependencies: ["InternetAddresses", "TestKit"]),
        .testTarget(
            name: "KubernetesAPITests",
            dependencies: ["KubernetesAPI", "InternetAddresses", "KubernetesTestKit", "TestKit"]),
        .testTarget(
            name: "KubernetesObjectsTests", dependencies: ["KubernetesObjects", "InternetAddresses", "TestKit"],
            resources: [.copy("Manifests")]),
        .testTarget(name: "ObjectSourceTests", dependencies: ["ObjectSource", "KubernetesAPI"]),
        .testTarget(
            name: "ManifestSourceTests",
            dependencies: [
                "ManifestSource", "ObjectSource", "KubernetesAPI", "InternetAddresses", "KubernetesTestKit", "TestKit",
                log,
            ]),
        .testTarget(
            name: "KubernetesClientTests",
            dependencies: [
                "KubernetesClient", "ObjectSource", "KubernetesAPI", "KubernetesTestKit", "TestKit", log, nioCore,
                nioPosix, nioHTTP1, nioSSL,
            ]),
        .testTarget(
            name: "ServiceRoutingTests",
            dependencies: ["ServiceRouting", "KubernetesAPI", "InternetAddresses", "TestKit"]),
        .testTarget(
            name: "EndpointsControllerTests",
            dependencies: [
                "EndpointsController", "ControllerTestKit", "KubernetesObjects", "KubernetesAPI", "InternetAddresses",
                "TestKit",
            ]),
        .testTarget(
            name: "ReplicaControllerTests", dependencies: ["ReplicaController", "KubernetesObjects", "KubernetesAPI"]),
        .testTarget(
            name: "MachineControllerTests", dependencies: ["MachineController", "KubernetesObjects", "KubernetesAPI"]),
        .testTarget(
            name: "ControllerManagerTests",
            dependencies: [
                "ControllerManager", "ControllerTestKit", "DocumentAccess", "APIServer", "APICredentials",
                "EndpointsController", "MachineController", "KubernetesClient", "KubernetesAPI", "KubernetesObjects",
                "LabKit", "TestKit", log, nioCore, nioPosix, nioHTTP1,
            ]),
        .testTarget(name: "NetlinkTests", dependencies: ["Netlink", "CLinux"]),
        .testTarget(
            name: "NFTablesTests", dependencies: ["NFTables", "Netlink", "CLinux", "InternetAddresses", "LabKit"]),
        .testTarget(
            name: "ConntrackTests", dependencies: ["Conntrack", "Netlink", "CLinux", "InternetAddresses", "LabKit"]),
        .testTarget(name: "IPVSTests", dependencies: ["IPVS", "Netlink", "CLinux", "InternetAddresses"]),
        .testTarget(name: "IPSetTests", dependencies: ["IPSet", "InternetAddresses"]),
        .testTarget(
            name: "IPVSDataplaneTests",
            dependencies: [
                "IPVSDataplane", "Dataplane", "ServiceRouting", "KubernetesAPI", "IPVS", "IPSet", "IPTables",
                "InternetAddresses", "Netlink", "CLinux", "KubernetesTestKit", "RoutingTestKit",
            ]),
        .testTarget(name: "RoutesTests", dependencies: ["Routes", "Netlink", "CLinux", "InternetAddresses", "LabKit"]),
        .testTarget(name: "DataplaneTests", dependencies: ["Dataplane"]),
        .testTarget(
            name: "NFTablesDataplaneTests",
            dependencies: [
                "NFTablesDataplane", "Dataplane", "ServiceRouting", "KubernetesAPI", "NFTables", "Netlink",
                "InternetAddresses", "LabKit", "TestKit", log,
                .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            resources: [.copy("Recordings")]),
        .testTarget(
            name: "ConntrackCleanupTests",
            dependencies: [
                "ConntrackCleanup", "Mailboxes", "ServiceRouting", "KubernetesAPI", "Conntrack", "Netlink", "CLinux",
                "InternetAddresses",
            ]),
        .testTarget(
            name: "ConnectionCountersTests",
            dependencies: [
                "ConnectionCounters", "Mailboxes", "Netlink", "CLinux", "ServiceRouting", "KubernetesAPI",
                "InternetAddresses", "LabKit",
            ]),
        .testTarget(
            name: "UserspaceProxyTests",
            dependencies: ["UserspaceProxy", "BlockingThreads", "CLinux", "InternetAddresses"]),
        .testTarget(
            name: "UserspaceDataplaneTests",
            dependencies: [
                "UserspaceDataplane", "UserspaceProxy", "Dataplane", "ServiceRouting", "KubernetesAPI", "NFTables",
                "BlockingThreads", "InternetAddresses", "LabKit", log,
            ]),
        .testTarget(name: "IPTablesTests", dependencies: ["IPTables", "ChildProcesses"]),
        .testTarget(
            name: "IPTablesDataplaneTests",
            dependencies: [
                "IPTablesDataplane", "IPTables", "ChildProcesses", "Dataplane", "ServiceRouting", "KubernetesAPI",
                "InternetAddresses", "KubernetesTestKit", "RoutingTestKit", "LabKit",
            ]),
        .testTarget(name: "NodeSetupTests", dependencies: ["NodeSetup"]),
        .testTarget(name: "KubeProxyConfigTests", dependencies: ["KubeProxyConfig", "KubernetesTestKit"]),
        .testTarget(
            name: "DeployTests", dependencies: ["KubernetesObjects", "KubeProxyConfig"],
            resources: [.copy("Rendered")]),
        .executableTarget(name: "daemon-fixture", dependencies: ["DaemonKit"], path: "Tests/DaemonFixture"),
        .testTarget(
            name: "DaemonKitTests",
            dependencies: [
                "DaemonKit", "InternetAddresses", "LabKit", "ChildProcesses", "TestKit", hummingbird, log,
            ]),
        .testTarget(
            name: "ModeAgreementTests",
            dependencies: [
                "NFTablesDataplane", "IPTablesDataplane", "UserspaceDataplane", "UserspaceProxy", "Dataplane",
                "ServiceRouting", "KubernetesAPI", "NFTables", "IPTables", "InternetAddresses", "TestKit",
            ]),
        .testTarget(
            name: "NodeProxyTests",
            dependencies: [
                "DaemonKit", "KubeProxyConfig", "NodeProxy", "NodeSetup", "KubernetesTestKit", "Mailboxes",
                "ObjectSource", "Dataplane", "ServiceRouting", "KubernetesAPI", "KubernetesClient", "IPVS",
                "IPVSDataplane", "ConntrackCleanup", "InternetAddresses", "TestKit", log,
            ]),

        .testTarget(
            name: "DiagnosisTests",
            dependencies: [
                "Diagnosis", "Dataplane", "ServiceRouting", "KubernetesAPI", "Conntrack", "InternetAddresses",
            ]),

        .testTarget(name: "NodeDiagnosisTests", dependencies: ["NodeDiagnosis", "Diagnosis"]),

        // With root, in separate network namespaces, in a virtual machine with a kernel that has IPVS
        .testTarget(
            name: "VirtualMachineTests",
            dependencies: [
                "IPVSDataplane", "Dataplane", "ServiceRouting", "KubernetesAPI", "IPVS", "InternetAddresses",
                "KubernetesTestKit", "RoutingTestKit", "LabKit", "ChildProcesses", "BlockingThreads",
            ]),

        .testTarget(name: "DNSMessagesTests", dependencies: ["DNSMessages"]),
        .testTarget(
            name: "ServiceNamesTests",
            dependencies: ["ServiceNames", "DNSMessages", "KubernetesAPI", "InternetAddresses"]),
        .testTarget(
            name: "DNSServerTests",
            dependencies: [
                "DNSServer", "ServiceNames", "DNSMessages", "BlockingThreads", "KubernetesAPI", "KubernetesClient",
                "KubernetesObjects", "ObjectSource", "InternetAddresses", "LabKit", "ChildProcesses", "TestKit", log,
                nioCore, nioPosix, nioSSL,
            ],
            resources: [.copy("Recordings")]),
        .testTarget(name: "ObjectStoreTests", dependencies: ["ObjectStore"]),
        .testTarget(
            name: "APIServerTests",
            dependencies: [
                "APIServer", "APICredentials", "HTTPConnections", "ObjectStore", "KubernetesObjects",
                "InternetAddresses", "LabKit", "TestKit", log, httpClient, x509,
                nioCore, nioHTTP1, nioPosix, nioSSL, .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]),

        // With root, in separate network namespaces
        .testTarget(
            name: "KubectlTests", dependencies: ["LabKit", "ChildProcesses"], resources: [.copy("Flows")]),
        .testTarget(name: "LabKitTests", dependencies: ["LabKit", "ChildProcesses"]),
        .testTarget(name: "ScenarioTests", dependencies: ["LabKit", "ChildProcesses", "KubernetesTestKit"]),
        .testTarget(
            name: "NodeProbesTests",
            dependencies: ["NodeProbes", "NodeProxy", "Diagnosis", "InternetAddresses", "KubernetesTestKit", "LabKit"]),
        .testTarget(name: "DiagnosisScenarioTests", dependencies: ["LabKit", "ChildProcesses", "KubernetesTestKit"]),
    ]
)

for target in package.targets where target.type != .plugin {
    guard target.name != "CLinux" else { continue }
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .swiftLanguageMode(.v6),
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .treatAllWarnings(as: .error),
        ]
}
