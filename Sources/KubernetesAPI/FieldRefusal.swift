package import InternetAddresses

/// One value of an object that was ignored because it cannot be used; the rest of the object counts.
///
/// The log prints it, and a diagnosis uses it to explain why an address or port is not served.
package struct FieldRefusal: Sendable, Hashable {
    /// Why the value cannot be used.
    package enum Reason: Sendable, Hashable {
        case notAnAddress
        /// Other hosts cannot reach the address.
        case unreachable(IPAddress.SpecialUse)
        /// The address is not of the family that the named field states.
        case otherFamily(IPFamily, saidBy: String)
        /// A Service has one cluster IP for each family.
        case secondOfFamily
        /// `None` stands alone in `clusterIPs`.
        case besideNone
        /// The field differs from the named one, which counts.
        case differs(from: String)
        case notANetwork
        case notAPort
        case notAPortName
        case notAProtocol
        /// Not one of the field's permitted values.
        case unknown(known: [String])
        /// Seconds out of range.
        case outOfRange(ClosedRange<Int>)
        /// The named field has the same value.
        case duplicate(of: String)
        /// The field has no effect on a Service of this type.
        case withoutEffect(Service.Kind)
        case noAddress
        case noPort
        case noPorts
        case noPortName
    }

    /// The path of the field, such as `spec.externalIPs[0]`.
    package var path: String
    /// The value as in the object; empty if it is missing.
    package var value: String
    package var reason: Reason

    package init(path: String, value: String = "", reason: Reason) {
        self.path = path
        self.value = value
        self.reason = reason
    }

    /// The refusal as an error of `object`, for sources that reject objects with mistakes.
    package func error(of object: ObjectKey) -> ObjectError {
        ObjectError(object: object.description, field: path, reason: reason.text(value))
    }
}

extension FieldRefusal: CustomStringConvertible {
    /// `spec.ports[0].port: 0 is not a port; use a number from 1 to 65535`
    package var description: String { "\(path): \(reason.text(value))" }
}

extension FieldRefusal.Reason {
    /// What is wrong with `value`, and the remedy.
    fileprivate func text(_ value: String) -> String {
        switch self {
        case .notAnAddress: "“\(value)” is not an IP address; write it like 10.0.0.1 or fd00::1"
        case .unreachable(let use):
            "\(value) is \(use), which other hosts cannot reach; use an address of a pod, host or load balancer"
        case .otherFamily(let family, let field): "\(value) is not \(family), as \(field) says; change one of the two"
        case .secondOfFamily: "\(value): there is one cluster IP for IPv4 and one for IPv6; remove the others"
        case .besideNone: "“\(value)” beside “None”, which stands alone; remove one of them"
        case .differs(let other): "“\(value)” differs from \(other), which counts; make them equal"
        case .notANetwork: "“\(value)” is not a network; write it like 10.0.0.0/8 or fd00::/8"
        case .notAPort: "\(value) is not a port; use a number from 1 to 65535"
        case .notAPortName: "“\(value)” is not a port name; use up to 63 of a-z, 0-9 and - (not at the ends)"
        case .notAProtocol: "“\(value)” is not a protocol of Services; use TCP, UDP or SCTP"
        case .unknown(let known): "“\(value)” is not known; use one of \(known.joined(separator: ", "))"
        case .outOfRange(let range):
            "\(value) s is out of range; use \(range.lowerBound) to \(range.upperBound)"
        case .duplicate(let other): "“\(value)” is in \(other) too; change or remove one of the two"
        case .withoutEffect(let kind):
            "\(value) has no effect with type \(kind.rawValue); use type NodePort, or remove it"
        case .noAddress: "there is no address; an endpoint needs one"
        case .noPort: "the port is missing; use a number from 1 to 65535"
        case .noPorts: "there is no port; a Service with a cluster IP needs at least one"
        case .noPortName: "the name is missing; with several ports each needs its own"
        }
    }
}
