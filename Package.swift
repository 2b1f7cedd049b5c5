// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "linechat",
  products: [.executable(name: "linechat", targets: ["LineChatServer"])],
  targets: [
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

    .target(name: "LineProtocol", swiftSettings: strict),
    .target(name: "Reactor", dependencies: ["CLinux"], swiftSettings: strict),
    .target(name: "ChatCore", dependencies: ["LineProtocol"], swiftSettings: strict),
    .target(
      name: "ChatStore", dependencies: ["ChatCore", "CLinux", "CSQLite", "LineProtocol"],
      swiftSettings: strict),
    .target(name: "Delivery", dependencies: ["ChatCore", "LineProtocol", "Reactor"], swiftSettings: strict),
    .target(
      name: "AdminHTTP", dependencies: ["ChatCore", "Delivery", "LineProtocol", "Reactor"],
      swiftSettings: strict),
    .target(name: "ChatClient", dependencies: ["LineProtocol", "CLinux"], swiftSettings: strict),
    .target(name: "LoadBench", dependencies: ["LineProtocol", "Reactor"], swiftSettings: strict),
    .executableTarget(
      name: "LineChatServer",
      dependencies: [
        "AdminHTTP", "CLinux", "ChatClient", "ChatCore", "ChatStore", "Delivery", "LineProtocol", "LoadBench",
        "Reactor",
      ],
      swiftSettings: strict),

    .testTarget(name: "LineProtocolTests", dependencies: ["LineProtocol"]),
    .testTarget(name: "ReactorTests", dependencies: ["CLinux", "Reactor"]),
    .testTarget(name: "ChatCoreTests", dependencies: ["ChatCore", "LineProtocol"]),
    .testTarget(name: "ChatStoreTests", dependencies: ["CSQLite", "ChatCore", "ChatStore", "LineProtocol"]),
    .testTarget(name: "DeliveryTests", dependencies: ["ChatCore", "Delivery", "LineProtocol", "Reactor"]),
    .testTarget(
      name: "AdminHTTPTests", dependencies: ["AdminHTTP", "ChatCore", "Delivery", "LineProtocol", "Reactor"]),
    .testTarget(name: "ChatClientTests", dependencies: ["ChatClient"]),
    .testTarget(name: "LoadBenchTests", dependencies: ["LoadBench"]),
    .testTarget(name: "LineChatServerTests", dependencies: ["LineChatServer"]),
  ]
)
