import Foundation
import GRDB

/// The file: one row for each object, and one for the revision. It refuses a file that it cannot read,
/// and never clears it.
///
/// https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html#pragma_synchronous
enum StoreDatabase {
    /// `PRAGMA application_id`: "srvl".
    private static let application: Int32 = 0x7372_766C
    private static let format = 1

    static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "store"
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            // One process owns the file, so the lock and the log's index need no file of their own.
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            // Each commit is on the disk before it is acknowledged.
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 2000")
            try database.execute(sql: "PRAGMA journal_size_limit = 16777216")
        }
        try prepareFile(path)
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.inDatabase { try prepare($0, path: path) }
            return queue
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }

    /// Refuses a log that has lost acknowledged writes, and creates a new file readable only by its owner.
    private static func prepareFile(_ path: String) throws {
        let log = path + "-wal"
        do {
            if try WriteAheadLog.isDamaged(log) {
                throw StoreError(damaged: path, "its log, \(log), has changed on the disk")
            }
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(.unavailable, "\(log) cannot be read: \(error)")
        }
        guard !FileManager.default.fileExists(atPath: path) else { return }
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: attributes) else {
            throw StoreError(.unavailable, "\(path) cannot be made; choose another --data-dir")
        }
    }

    private static func prepare(_ database: Database, path: String) throws {
        let application = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        if application == 0, version == 0, tables == 0 { return try create(database) }
        guard application == Self.application else {
            throw StoreError(
                .damaged, "\(path) is not a store of servicelet; move it away, or choose another --data-dir")
        }
        guard version == format else {
            throw StoreError(
                .tooNew, "\(path) has format \(version), this program reads \(format); use a newer servicelet")
        }
        // Takes the lock, so that a second process fails now rather than at its first write.
        try database.inTransaction(.immediate) { .commit }
    }

    private static func create(_ database: Database) throws {
        try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
        try database.inTransaction(.immediate) {
            try database.execute(
                sql: """
                    PRAGMA application_id = \(application);
                    PRAGMA user_version = \(format);
                    CREATE TABLE objects (
                        row INTEGER PRIMARY KEY,
                        resource TEXT NOT NULL,
                        namespace TEXT NOT NULL,
                        name TEXT NOT NULL,
                        revision INTEGER NOT NULL,
                        checksum INTEGER NOT NULL,
                        document BLOB NOT NULL
                    ) STRICT;
                    CREATE UNIQUE INDEX objects_by_name ON objects (resource, namespace, name);
                    CREATE TABLE state (revision INTEGER NOT NULL) STRICT;
                    INSERT INTO state VALUES (1);
                    """)
            return .commit
        }
    }

    /// The whole contents of the file.
    static func load(_ queue: DatabaseQueue, path: String) throws -> (records: [Record], revision: Int64) {
        do {
            return try queue.inDatabase { database in
                guard let revision = try Int64.fetchOne(database, sql: "SELECT revision FROM state") else {
                    throw StoreError(damaged: path, "it has lost its revision")
                }
                return (try records(database, path: path, revision: revision), revision)
            }
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }

    private static func records(_ database: Database, path: String, revision: Int64) throws -> [Record] {
        var records: [Record] = []
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT row, resource, namespace, name, revision, checksum, document FROM objects
                ORDER BY resource, namespace, name
                """)
        while let row = try rows.next() {
            let key = RecordKey(resource: row[1], namespace: row[2], name: row[3])
            let document = try row.withUnsafeData(atIndex: 6) { $0.map { [UInt8]($0) } ?? [] }
            let checksum: Int64 = row[5]
            let own: Int64 = row[4]
            guard checksum == Checksum.of(document), own <= revision else {
                throw StoreError(damaged: path, "\(key.resource) \(key.namespace)/\(key.name) has changed on the disk")
            }
            records.append(Record(key: key, row: row[0], revision: own, document: document))
        }
        return records
    }

    /// Makes the changes of `group` durable: after this returns they survive a crash of the machine.
    static func write(_ group: WriteGroup, to database: Database) throws {
        try database.inTransaction(.immediate) {
            for event in group.events { try write(event, to: database) }
            let state = try database.cachedStatement(sql: "UPDATE state SET revision = ?")
            try state.execute(arguments: [group.revision])
            return .commit
        }
    }

    private static func write(_ event: StoreEvent, to database: Database) throws {
        let record = event.record
        switch event.kind {
        case .added:
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO objects (row, resource, namespace, name, revision, checksum, document)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """)
            try statement.execute(arguments: [
                record.row, record.key.resource, record.key.namespace, record.key.name, record.revision,
                Checksum.of(record.document), Data(record.document),
            ])
        case .modified:
            let statement = try database.cachedStatement(
                sql: "UPDATE objects SET revision = ?, checksum = ?, document = ? WHERE row = ?")
            try statement.execute(arguments: [
                record.revision, Checksum.of(record.document), Data(record.document), record.row,
            ])
        case .deleted:
            let statement = try database.cachedStatement(sql: "DELETE FROM objects WHERE row = ?")
            try statement.execute(arguments: [record.row])
        }
    }
}
