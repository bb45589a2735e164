import ChildProcesses
package import Diagnosis
import Glibc
import InternetAddresses
import NFTables
import Netlink

/// Sends one connection through the rules of this node, and reports what happens to its first packet.
package enum TraceProbe {
    private static let duration = Duration.seconds(1)

    /// Traces packets to a frontend for at most a second. With `sends`, connects from this node; otherwise waits for a
    /// client's connection. Blocks. Throws ``DiagnosisError`` with code `trace`.
    package static func run(_ place: BackendKey, sends: Bool, origin: String) throws(DiagnosisError) -> PacketTrace {
        var legacy = LegacyTrace(place.address.family)
        let steps: [TraceStep]
        do {
            var tracing = try PacketTracing(place.address, port: place.port, place.transport)
            let socket = sends ? connect(place) : nil
            defer { withExtendedLifetime(socket) {} }
            steps = try collect(&tracing)
        } catch {
            throw DiagnosisError(
                .trace, "the packet cannot be traced: \(error); tracing needs root and kernel 5.12 or later",
                cause: error)
        }
        let packet = steps.first?.packet
        var texts = RuleTexts()
        let own = steps.filter { $0.packet == packet }.map { $0.isSilent ? nil : texts.step($0) }
        let (all, unseen) = legacy.joined(with: own, packet: packet)
        return PacketTrace(place: "\(place)", origin: origin, steps: all, unseen: unseen)
    }

    private static func collect(_ tracing: inout PacketTracing) throws(NetlinkError) -> [TraceStep] {
        let deadline = ContinuousClock.now + duration
        let first = try tracing.steps(until: deadline) { !$0.isEmpty }
        // The packet passes within moments.
        return first + (try tracing.steps(until: min(deadline, .now + .milliseconds(150))) { _ in false })
    }

    private static func connect(_ place: BackendKey) -> Socket? {
        let target = SocketAddress(place.address, port: place.port)
        guard place.transport != .sctp,
            let socket = Socket(target.family, place.transport == .tcp ? SOCK_STREAM : SOCK_DGRAM)
        else { return nil }
        let failure = socket.connect(to: target)
        if place.transport == .udp, failure == 0 { _ = send(socket.number, [UInt8](), 0, Int32(MSG_NOSIGNAL)) }
        return socket
    }
}

/// Rules as nft prints them, by their handles.
private struct RuleTexts {
    private var chains: [String: [UInt64: String]] = [:]

    mutating func step(_ step: TraceStep) -> PacketTrace.Step {
        let rule: String
        switch step.kind {
        case .rule(let handle): rule = text(handle, step)
        case .policy: rule = "policy"
        case .end: rule = "end of chain"
        }
        return PacketTrace.Step(
            table: "\(step.family) \(step.table)", chain: step.chain, rule: rule, verdict: step.verdict.text)
    }

    private mutating func text(_ handle: UInt64, _ step: TraceStep) -> String {
        let key = "\(step.family) \(step.table) \(step.chain)"
        if chains[key] == nil { chains[key] = Self.list(step) }
        return chains[key]?[handle] ?? "rule \(handle)"
    }

    /// `counter packets 9 bytes 3428` says nothing about one packet.
    private static func withoutCounters(_ text: String) -> String {
        var words = text.split { $0 == " " || $0 == "\t" }.map(String.init)
        while let index = words.firstIndex(of: "counter"), index + 4 < words.count, words[index + 1] == "packets" {
            words.removeSubrange(index...index + 4)
        }
        return words.joined(separator: " ")
    }

    private static func list(_ step: TraceStep) -> [UInt64: String] {
        var bytes: [UInt8] = []
        do throws(Command.Failure) {
            _ = try Command(
                arguments: ["nft", "-a", "list", "chain", step.family, step.table, step.chain], timeout: .seconds(3)
            ).run { bytes += $0 }
        } catch {
            // Without nft a rule is identified by its handle.
            return [:]
        }
        var texts: [UInt64: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "#")
            guard parts.count > 1, let last = parts.last, let handle = UInt64(last.split(separator: " ").last ?? "")
            else {
                continue
            }
            texts[handle] = withoutCounters(parts.dropLast().joined(separator: "#"))
        }
        return texts
    }
}

extension TraceStep {
    /// Whether it only marks the end of a chain.
    fileprivate var isSilent: Bool { kind == .rule(handle: 0) || kind == .end }
}

extension TraceStep.Verdict {
    fileprivate var text: String {
        switch self {
        case .accept: "accept"
        case .drop: "drop"
        case .proceed: "continue"
        case .jump(let chain): "jump \(chain)"
        case .goto(let chain): "goto \(chain)"
        case .return: "return"
        case .other(let code): "verdict \(code)"
        }
    }
}
