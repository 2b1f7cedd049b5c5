/// The version of LineChat, in this one place.
enum Version {
  static let number = "0.1.0"
}
