import Foundation

/// The bytes of a certificate, a key or a token, or the path of their file.
enum Material: Sendable, Hashable {
    /// An absolute path; read again at run time, because files are renewed.
    case file(String)
    case data([UInt8])

    /// Blocks while reading one small local file.
    func read() throws(ClientError) -> [UInt8] {
        switch self {
        case .data(let bytes): return bytes
        case .file(let path):
            do {
                return [UInt8](try Data(contentsOf: URL(filePath: path)))
            } catch {
                throw ClientError(
                    .credentials,
                    "cannot read \(path): \(Self.reason(error)); check that it exists and that we may read it",
                    isRetryable: true)
            }
        }
    }

    /// `No such file or directory`, where Foundation wraps it in more words.
    static func reason(_ error: any Error) -> String {
        let error = error as NSError
        if let underlying = error.userInfo[NSUnderlyingErrorKey] as? any Error { return reason(underlying) }
        return error.domain == NSPOSIXErrorDomain
            ? String(cString: strerror(Int32(error.code))) : error.localizedDescription
    }
}
