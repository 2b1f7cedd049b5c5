/// Text with placeholders in braces.
enum Template {
  /// The names in braces, in order.
  static func fields(of template: String) -> [String] {
    var fields: [String] = []
    walk(template, text: { _ in }, field: { fields.append(String($0)) })
    return fields
  }

  /// `template` with each placeholder replaced; `value` gives nil for a name that stays as it is.
  static func fill(_ template: String, _ value: (String) -> String?) -> String {
    var filled = ""
    walk(template, text: { filled += $0 }, field: { filled += value(String($0)) ?? "{\($0)}" })
    return filled
  }

  private static func walk(_ template: String, text: (Substring) -> Void, field: (Substring) -> Void) {
    var rest = template[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      text(rest[..<open])
      field(rest[rest.index(after: open)..<close])
      rest = rest[rest.index(after: close)...]
    }
    text(rest)
  }
}
