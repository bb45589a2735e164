/// A running `servicelet apiserver` on the loopback, and its administrator.
struct APIServerProcess {
    private static let patience = Duration.seconds(60)

    let process: ServiceletProcess
    let client: APIClient
    /// From the start of the process until it reports ready.
    let ready: Duration

    /// Starts the server with the data in `folder`, and waits until it is ready.
    init(binary: String, folder: String, port: Int) throws {
        process = try ServiceletProcess(
            binary: binary, arguments: ["apiserver", "--data-dir", folder, "--secure-port", "\(port)"])
        let deadline = process.started + Self.patience
        client = try APIClient(folder: folder, port: port, deadline: deadline)
        ready = process.started.duration(to: try client.waitUntilReady(deadline: deadline))
    }

    func stop() throws {
        try client.stop()
        try process.stop()
    }
}
