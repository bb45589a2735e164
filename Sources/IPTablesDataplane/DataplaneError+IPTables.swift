import Dataplane
import IPTables

extension DataplaneError {
    /// The error of a program, for callers of the data plane.
    init(_ error: IPTablesError) {
        let code: Code =
            switch error.code {
            case .notInstalled, .unsupported: .unsupported
            case .permission: .permission
            case .transient: .transient
            }
        self.init(code, error.message, cause: error)
    }

    /// Runs `body` and throws its error as a data plane's.
    static func wrapping<Value>(_ body: () throws(IPTablesError) -> Value) throws(DataplaneError) -> Value {
        do throws(IPTablesError) { return try body() } catch { throw DataplaneError(error) }
    }
}
