import AdminHTTP
import ChatCore
import ChatStore
import Delivery

extension Server {
  /// What the HTTP doors of all loops are composed with.
  var httpSettings: HTTPSettings {
    let (log, order, lineAddresses) = (self.log, self.order, sockets.lineAddresses.map { "\($0)" })
    return HTTPSettings(
      webSocketFormat: .webSocket, names: configuration.hostNames(machine: MachineName.current),
      allowedOrigins: configuration.allowOrigins,
      lineAddresses: { lineAddresses },
      tickMilliseconds: configuration.requestTimeout,
      log: LogFigures(
        batchSize: log.metrics.batchSize, commitSeconds: log.metrics.seconds,
        queuedBytes: { order.queuedBytes }, times: { log.times }, fileBytes: { log.fileBytes }),
      memory: memory, version: Version.number, started: started)
  }
}
