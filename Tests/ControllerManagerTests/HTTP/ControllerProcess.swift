import Foundation
import Glibc
import LabKit

/// `servicelet controller` as a separate process, killed with this object.
final class ControllerProcess {
    private let process = Process()

    /// Slices are small, so that one Service leads to several writes.
    init(kubeconfig: String) throws {
        process.executableURL = URL(filePath: try Servicelet.binary())
        process.arguments = [
            "controller", "--kubeconfig", kubeconfig, "--no-leader-elect", "--metrics-bind-address", "",
            "--max-endpoints-per-slice", "4",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit { kill() }

    /// SIGKILL: nothing more is written.
    func kill() {
        guard process.isRunning else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
