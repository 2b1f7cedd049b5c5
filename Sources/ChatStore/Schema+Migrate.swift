extension Schema {
  /// Refuses a file that is not LineChat's, or of a newer version. Nothing in it is changed by that. Gives its version; 0 for an empty
  /// file.
  @discardableResult
  static func check(_ database: Database, path: String) throws(StoreError) -> Int {
    do {
      let found = try database.number("PRAGMA user_version") ?? 0
      let application = try database.number("PRAGMA application_id") ?? 0
      let tables = try database.number("SELECT count(*) FROM sqlite_schema") ?? 0
      if tables > 0, application != applicationID { throw StoreError.foreign(path: path) }
      if found < 0 { throw StoreError.damaged(path: path, reason: "its schema is number \(found)") }
      if found > version { throw StoreError.newer(path: path, found: found, known: version) }
      return Int(found)
    } catch let error as StoreError {
      throw error
    } catch let error as SQLError {
      throw StoreError(error, path: path)
    } catch {
      throw StoreError.unusable(path: path, reason: "\(error)")
    }
  }

  /// Brings a database up to date, in one transaction for each step. An empty file becomes a new database.
  static func migrate(_ database: Database, path: String) throws(StoreError) {
    let found = try check(database, path: path)
    do throws(SQLError) {
      for number in found + 1..<Int(version) + 1 {
        try database.execute("BEGIN IMMEDIATE")
        try migrate(database, to: number)
        try database.execute("PRAGMA application_id = \(applicationID); PRAGMA user_version = \(number)")
        try database.execute("COMMIT")
      }
    } catch {
      throw StoreError(error, path: path)
    }
  }
}
