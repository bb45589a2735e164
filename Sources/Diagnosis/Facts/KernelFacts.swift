package import Dataplane

/// What a mode has programmed, compared with the objects.
package struct KernelFacts: Sendable {
    /// `nftables`, `iptables` or `ipvs`.
    package var mode: String
    /// The program that programs it: `servicelet` or `kube-proxy`.
    package var program: String
    /// Everything compared; the text names what could not be.
    package var outcome: Result<KernelAudit, AuditFailure>

    package init(mode: String, program: String, outcome: Result<KernelAudit, AuditFailure>) {
        self.mode = mode
        self.program = program
        self.outcome = outcome
    }
}

/// Why the kernel could not be read.
package struct AuditFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
