// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "linechat",
  products: [.executable(name: "linechat", targets: ["LineChatServer"])],
  targets: [
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

    .target(name: "Threads", swiftSettings: strict),
    .target(name: "LineProtocol", swiftSettings: strict),
    .target(name: "Reactor", dependencies: ["CLinux", "Threads"], swiftSettings: strict),
    .target(name: "ChatCore", dependencies: ["LineProtocol", "Threads"], swiftSettings: strict),
    .target(
      name: "ChatStore", dependencies: ["ChatCore", "CLinux", "CSQLite", "LineProtocol", "Threads"],
      swiftSettings: strict),
    .target(
      name: "Delivery", dependencies: ["ChatCore", "LineProtocol", "Reactor", "Threads"],
      swiftSettings: strict),
    .target(
      name: "AdminHTTP", dependencies: ["ChatCore", "Delivery", "LineProtocol", "Reactor"],
      swiftSettings: strict),
    .target(name: "ChatClient", dependencies: ["LineProtocol", "CLinux"], swiftSettings: strict),
    .target(name: "LoadBench", dependencies: ["LineProtocol", "Reactor", "Threads"], swiftSettings: strict),
    .executableTarget(
      name: "LineChatServer",
      dependencies: [
        "AdminHTTP", "CLinux", "ChatClient", "ChatCore", "ChatStore", "Delivery", "LineProtocol", "LoadBench",
        "Reactor", "Threads",
      ],
      swiftSettings: strict),

    .target(name: "TestSupport", path: "Tests/Support", swiftSettings: strict),
    .testTarget(name: "ThreadsTests", dependencies: ["Threads"]),
    .testTarget(name: "LineProtocolTests", dependencies: ["LineProtocol"]),
    .testTarget(name: "ReactorTests", dependencies: ["CLinux", "Reactor", "TestSupport", "Threads"]),
    .testTarget(name: "ChatCoreTests", dependencies: ["ChatCore", "LineProtocol", "Threads"]),
    .testTarget(
      name: "ChatStoreTests", dependencies: ["CSQLite", "ChatCore", "ChatStore", "LineProtocol", "Threads"]),
    .testTarget(
      name: "DeliveryTests",
      dependencies: ["ChatCore", "Delivery", "LineProtocol", "Reactor", "TestSupport", "Threads"]),
    .testTarget(
      name: "AdminHTTPTests",
      dependencies: ["AdminHTTP", "ChatCore", "Delivery", "LineProtocol", "Reactor", "Threads"]),
    .testTarget(name: "ChatClientTests", dependencies: ["ChatClient", "Threads"]),
    .testTarget(name: "LoadBenchTests", dependencies: ["LoadBench"]),
    .testTarget(name: "LineChatServerTests", dependencies: ["LineChatServer"]),
  ]
)
