// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "linechat",
  products: [.executable(name: "linechat", targets: ["LineChatServer"])],
  targets: [
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

    // Each target imports only what stands above it.
    .target(name: "Threads", swiftSettings: strict),
    .target(name: "LineProtocol", swiftSettings: strict),
    .target(name: "HTTPProtocol", swiftSettings: strict),
    .target(name: "Reactor", dependencies: ["CLinux", "Threads"], swiftSettings: strict),
    .target(name: "Traffic", dependencies: ["LineProtocol", "Reactor", "Threads"], swiftSettings: strict),
    .target(name: "ChatCore", dependencies: ["LineProtocol", "Threads"], swiftSettings: strict),
    .target(
      name: "ChatStore", dependencies: ["CLinux", "CSQLite", "ChatCore", "LineProtocol", "Threads"],
      swiftSettings: strict),
    .target(
      name: "Delivery", dependencies: ["ChatCore", "LineProtocol", "Reactor", "Threads", "Traffic"],
      swiftSettings: strict),
    .target(
      name: "LineDoor", dependencies: ["ChatCore", "Delivery", "LineProtocol", "Reactor", "Traffic"],
      swiftSettings: strict),
    .target(
      name: "AdminHTTP",
      dependencies: ["ChatCore", "Delivery", "HTTPProtocol", "LineProtocol", "Reactor", "Traffic"],
      swiftSettings: strict),
    .target(
      name: "Agents", dependencies: ["ChatCore", "Delivery", "LineProtocol", "Reactor"],
      swiftSettings: strict),
    .target(name: "ChatClient", dependencies: ["CLinux", "LineProtocol"], swiftSettings: strict),
    .target(name: "LoadBench", dependencies: ["LineProtocol", "Reactor", "Threads"], swiftSettings: strict),
    .executableTarget(
      name: "LineChatServer",
      dependencies: [
        "AdminHTTP", "Agents", "CLinux", "ChatClient", "ChatCore", "ChatStore", "Delivery", "HTTPProtocol",
        "LineDoor", "LineProtocol", "LoadBench", "Reactor", "Threads", "Traffic",
      ],
      swiftSettings: strict),

    .target(name: "TestSupport", path: "Tests/Support", swiftSettings: strict),
    .testTarget(name: "ThreadsTests", dependencies: ["Threads"]),
    .testTarget(name: "LineProtocolTests", dependencies: ["LineProtocol"]),
    .testTarget(name: "HTTPProtocolTests", dependencies: ["HTTPProtocol"]),
    .testTarget(name: "ReactorTests", dependencies: ["CLinux", "Reactor", "TestSupport", "Threads"]),
    .testTarget(name: "TrafficTests", dependencies: ["LineProtocol", "Reactor", "Threads", "Traffic"]),
    .testTarget(name: "ChatCoreTests", dependencies: ["ChatCore", "LineProtocol", "Threads"]),
    .testTarget(
      name: "ChatStoreTests", dependencies: ["CSQLite", "ChatCore", "ChatStore", "LineProtocol", "Threads"]),
    .testTarget(
      name: "DeliveryTests",
      dependencies: ["ChatCore", "Delivery", "LineProtocol", "Reactor", "TestSupport", "Threads", "Traffic"]),
    .testTarget(name: "LineDoorTests", dependencies: ["Delivery", "LineDoor", "LineProtocol"]),
    .testTarget(
      name: "AdminHTTPTests",
      dependencies: [
        "AdminHTTP", "ChatCore", "Delivery", "HTTPProtocol", "LineProtocol", "Reactor", "Threads", "Traffic",
      ]),
    .testTarget(name: "AgentsTests", dependencies: ["Agents", "LineProtocol"]),
    .testTarget(name: "ChatClientTests", dependencies: ["CLinux", "ChatClient", "LineProtocol", "Threads"]),
    .testTarget(name: "LoadBenchTests", dependencies: ["LoadBench"]),
    .testTarget(
      name: "LineChatServerTests",
      dependencies: ["ChatClient", "LineChatServer", "LineProtocol", "LoadBench"]),
  ]
)
