extension Schema {
  /// Brings a database up to date, in one transaction for each step. An empty file becomes a new database.
  static func migrate(_ database: Database, path: String) throws(StoreError) {
    do {
      let found = try database.number("PRAGMA user_version") ?? 0
      let application = try database.number("PRAGMA application_id") ?? 0
      let tables = try database.number("SELECT count(*) FROM sqlite_schema") ?? 0
      if tables > 0, application != applicationID { throw StoreError.foreign(path: path) }
      if found < 0 { throw StoreError.damaged(path: path, reason: "its schema is number \(found)") }
      if found > version { throw StoreError.newer(path: path, found: found, known: version) }
      for step in Int(found)..<migrations.count {
        try database.execute("BEGIN IMMEDIATE")
        try database.execute(migrations[step])
        try database.execute("PRAGMA application_id = \(applicationID); PRAGMA user_version = \(step + 1)")
        try database.execute("COMMIT")
      }
    } catch let error as StoreError {
      throw error
    } catch let error as SQLError {
      throw StoreError(error, path: path)
    } catch {
      throw StoreError.unusable(path: path, reason: "\(error)")
    }
  }
}
