import Foundation

extension Duration {
    /// How long tests wait for what must happen: far longer than any machine takes, so that only a failure takes it.
    package static let patience = Duration.seconds(300)

    /// How long clients wait for an answer that comes at once unless the machine is busy. In the virtual machine of
    /// scripts/run-in-vm, whose processors are emulated, that is longer.
    package static let answer = Duration.seconds(
        ProcessInfo.processInfo.environment["SERVICELET_IN_VM"] == nil ? 10 : 120)
}
