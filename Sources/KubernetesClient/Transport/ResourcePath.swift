import KubernetesAPI
import ObjectSource

/// The path of a kind's objects, with a selection.
struct ResourcePath: Sendable, Hashable {
    let selection: KindSelection

    var kind: ObjectKind { selection.kind }

    /// Path and query, to append to the server's address.
    func target(of request: ResourceRequest) -> String {
        var query = [("labelSelector", selection.labelSelector), ("fieldSelector", selection.fieldSelector)]
            .filter { !$1.isEmpty }
        switch request {
        case .list(let list):
            if let limit = list.limit { query.append(("limit", "\(limit)")) }
            if !list.resourceVersion.isEmpty { query.append(("resourceVersion", list.resourceVersion)) }
            if !list.continueToken.isEmpty { query.append(("continue", list.continueToken)) }
        case .watch(let watch):
            query.append(("watch", "true"))
            query.append(("allowWatchBookmarks", "true"))
            if watch.sendInitialEvents {
                query.append(("sendInitialEvents", "true"))
                query.append(("resourceVersionMatch", "NotOlderThan"))
            }
            if !watch.resourceVersion.isEmpty { query.append(("resourceVersion", watch.resourceVersion)) }
            query.append(("timeoutSeconds", "\(watch.timeout.components.seconds)"))
        }
        return kind.path + "?" + query.map { "\($0)=\(Self.escaped($1))" }.joined(separator: "&")
    }

    /// Everything but the unreserved characters of RFC 3986 is escaped.
    static func escaped(_ value: String) -> String {
        let hex = Array("0123456789ABCDEF")
        return value.utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += "%\(hex[Int(byte >> 4)])\(hex[Int(byte & 15)])"
            }
        }
    }
}
