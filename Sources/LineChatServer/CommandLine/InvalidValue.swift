/// A value that an option does not take. Says only what is allowed; who reports it adds where the value stood.
struct InvalidValue: Error, Equatable {
  /// Completes the sentence "expected …".
  let expected: String
}
