package import FolderWatching

/// Why a folder or file of manifests cannot be served.
package struct ManifestSourceError: Error, Sendable {
    package enum Code: Sendable, Hashable {
        /// There is no file or folder at the path.
        case notFound
        /// It exists, but cannot be read.
        case unreadable
        /// The kernel did not let us watch it.
        case unwatchable
    }

    package var code: Code
    /// What happened, where, and what to do.
    package var message: String
    /// The system's error number; 0 if there is none.
    package var errno: Int32

    package init(code: Code, message: String, errno: Int32) {
        self.code = code
        self.message = message
        self.errno = errno
    }

    package init(_ error: FolderWatchError) {
        let code: Code =
            switch error.code {
            case .notFound: .notFound
            case .unwatchable: .unwatchable
            }
        self.init(code: code, message: error.message, errno: error.errno)
    }
}

extension ManifestSourceError: CustomStringConvertible {
    package var description: String { message }
}
