// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "linechat",
  products: [.executable(name: "linechat", targets: ["LineChatServer"])],
  targets: [
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

    // Each target imports only what stands above it. What is called for each message is public down to
    // Delivery, and of the package from LineDoor on: the compiler inlines public functions in other modules,
    // and those of the package nowhere.
    .target(name: "Threads"),
    .target(name: "LineProtocol"),
    .target(name: "HTTPProtocol"),
    .target(name: "Reactor", dependencies: ["CLinux", "Threads"]),
    .target(name: "Traffic", dependencies: ["LineProtocol", "Reactor", "Threads"]),
    .target(name: "ChatCore", dependencies: ["LineProtocol", "Threads"]),
    .target(
      name: "ChatStore", dependencies: ["CLinux", "CSQLite", "ChatCore", "LineProtocol", "Threads"]),
    .target(
      name: "Delivery", dependencies: ["ChatCore", "LineProtocol", "Reactor", "Threads", "Traffic"]),
    .target(
      name: "LineDoor", dependencies: ["ChatCore", "Delivery", "LineProtocol", "Reactor", "Traffic"]),
    .target(
      name: "AdminHTTP",
      dependencies: ["ChatCore", "Delivery", "HTTPProtocol", "LineProtocol", "Reactor", "Traffic"]),
    .target(
      name: "Agents", dependencies: ["ChatCore", "Delivery", "LineProtocol", "Reactor"]),
    .target(name: "ChatClient", dependencies: ["CLinux", "LineProtocol"]),
    .target(name: "LoadBench", dependencies: ["LineProtocol", "Reactor", "Threads"]),
    .executableTarget(
      name: "LineChatServer",
      dependencies: [
        "AdminHTTP", "Agents", "CLinux", "ChatClient", "ChatCore", "ChatStore", "Delivery",
        "LineDoor", "LineProtocol", "LoadBench", "Reactor", "Threads", "Traffic",
      ]),

    .target(name: "TestSupport", path: "Tests/Support"),
    .target(
      name: "ChatTestSupport", dependencies: ["ChatCore", "LineProtocol", "Threads"],
      path: "Tests/ChatSupport"),
    .testTarget(name: "ThreadsTests", dependencies: ["Threads"]),
    .testTarget(name: "LineProtocolTests", dependencies: ["LineProtocol"]),
    .testTarget(name: "HTTPProtocolTests", dependencies: ["HTTPProtocol"]),
    .testTarget(name: "ReactorTests", dependencies: ["CLinux", "Reactor", "TestSupport", "Threads"]),
    .testTarget(name: "TrafficTests", dependencies: ["LineProtocol", "Reactor", "Threads", "Traffic"]),
    .testTarget(
      name: "ChatCoreTests", dependencies: ["ChatCore", "ChatTestSupport", "LineProtocol", "Threads"]),
    .testTarget(
      name: "ChatStoreTests",
      dependencies: ["CSQLite", "ChatCore", "ChatStore", "ChatTestSupport", "LineProtocol", "Threads"]),
    .testTarget(
      name: "DeliveryTests",
      dependencies: [
        "ChatCore", "ChatTestSupport", "Delivery", "LineProtocol", "Reactor", "TestSupport", "Threads",
        "Traffic",
      ]),
    .testTarget(
      name: "LineDoorTests",
      dependencies: [
        "ChatCore", "ChatTestSupport", "Delivery", "LineDoor", "LineProtocol", "Reactor", "TestSupport",
        "Threads",
        "Traffic",
      ]),
    .testTarget(
      name: "AdminHTTPTests",
      dependencies: [
        "AdminHTTP", "ChatCore", "ChatTestSupport", "Delivery", "HTTPProtocol", "LineProtocol", "Reactor",
        "TestSupport", "Threads", "Traffic",
      ]),
    .testTarget(
      name: "SimulationTests",
      dependencies: [
        "AdminHTTP", "ChatCore", "ChatTestSupport", "Delivery", "HTTPProtocol", "LineDoor", "LineProtocol",
        "Reactor",
        "Threads", "Traffic",
      ]),
    .testTarget(
      name: "AgentsTests",
      dependencies: ["Agents", "ChatCore", "ChatTestSupport", "LineProtocol", "Threads"]),
    .testTarget(name: "ChatClientTests", dependencies: ["CLinux", "ChatClient", "LineProtocol", "Threads"]),
    .testTarget(name: "LoadBenchTests", dependencies: ["LoadBench"]),
    .testTarget(
      name: "LineChatServerTests",
      dependencies: [
        "ChatClient", "ChatCore", "ChatStore", "LineChatServer", "LineProtocol", "LoadBench", "Traffic",
      ]),
  ]
)

/// The others deal with memory and C in too many places to mark each.
let memorySafe: Set = ["Agents", "LineDoor", "Traffic"]

for target in package.targets where target.type != .system {
  target.swiftSettings = strict + (memorySafe.contains(target.name) ? [.strictMemorySafety()] : [])
}
