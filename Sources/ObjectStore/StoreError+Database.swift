import GRDB

extension StoreError {
    init(_ error: DatabaseError, path: String) {
        switch error.resultCode {
        case .SQLITE_FULL:
            self.init(
                .diskFull,
                "the disk is full: nothing was written to \(path); free some space; reads still work")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.inUse, "\(path) is in use by another process; end that one, or choose another --data-dir")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(damaged: path, error.message ?? "SQLite cannot read it")
        default:
            self.init(.unavailable, "\(path): \(error.message ?? "SQLite error \(error.extendedResultCode.rawValue)")")
        }
    }

    init(damaged path: String, _ reason: String) {
        self.init(
            .damaged,
            """
            \(path) is damaged (\(reason)); nothing was changed. Put back a backup, or move the file and its -wal away \
            to begin with an empty store; "sqlite3 \(path) .recover" saves what can be read
            """)
    }
}
