/// Refuses a variable that is named like one of an option and is of none, in any subcommand.
func refuseUnknownVariables(_ environment: [String: String]) throws(UsageError) {
  let options = Subcommand.all.flatMap(\.options)
  let known = Set(options.map(\.environmentName))
  for (variable, value) in environment.sorted(by: { $0.key < $1.key }) where !value.isEmpty {
    guard variable.hasPrefix(OptionDescription.environmentPrefix), !known.contains(variable),
      !isOfOrchestrator(variable)
    else { continue }
    let word = variable.dropFirst(OptionDescription.environmentPrefix.count).map { $0 == "_" ? "-" : $0 }
    let meant = nearest(to: String(word), among: options.map(\.name))
    let advice = options.first { $0.name == meant }.map { "; did you mean \($0.environmentName)?" } ?? ""
    throw UsageError(message: "\(variable): there is no such option\(advice)")
  }
}

/// Kubernetes and Docker put such variables into containers that run beside a service named `linechat`
/// (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
private func isOfOrchestrator(_ variable: String) -> Bool {
  ["LINECHAT_SERVICE_HOST", "LINECHAT_PORT"].contains(variable)
    || ["LINECHAT_SERVICE_PORT", "LINECHAT_PORT_"].contains(where: variable.hasPrefix)
}
