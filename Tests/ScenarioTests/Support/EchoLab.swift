import Foundation
import LabKit
import Testing

/// A cluster with one echoing endpoint, and clients whose connections stay open.
final class EchoLab {
    static let frontend = SocketAddress("10.96.0.5", 8080)
    private static let endpoint = SocketAddress("10.244.0.7", 8080)

    let cluster: Cluster
    let manifests: TemporaryFolder
    private(set) var proxy: ProxyProcess
    private let server: ChildProcess

    /// Starts the endpoint and a proxy in userspace mode.
    init() async throws {
        cluster = try await Cluster()
        server = try await cluster.home(of: Self.endpoint.ip).spawn([
            "perl", "-MIO::Socket::INET", "-MIO::Select", "-e", Self.echo, "\(Self.endpoint.ip):\(Self.endpoint.port)",
        ])
        manifests = try TemporaryFolder()
        let web = ServiceManifest(ports: [.init(number: Self.endpoint.port)], endpoints: [Self.endpoint.ip])
        try manifests.write(web.yaml, to: "web.yaml")
        proxy = try await Self.start(manifests, cluster)
        try await Self.eventually("the endpoint listens", server) { $0.contains("ready") }
    }

    private static func start(_ manifests: TemporaryFolder, _ cluster: Cluster) async throws -> ProxyProcess {
        try await ProxyProcess(Servicelet.proxy(manifests: manifests.url, mode: "userspace"), on: cluster.node)
    }

    /// Starts another proxy, alongside the first one or after it.
    func startAgain() async throws { proxy = try await Self.start(manifests, cluster) }

    /// Opens connections from a pod; when this returns, each has been answered once. On SIGUSR1 the client sends again
    /// on each, prints how many were answered, and exits.
    func open(_ count: Int) async throws -> ChildProcess {
        let client = try await cluster.clientPod.spawn([
            "perl", "-MIO::Socket::INET", "-e", Self.client, "\(Self.frontend.ip):\(Self.frontend.port)", "\(count)",
        ])
        try await Self.eventually("\(count) connections are open", client) { $0.contains("open \(count)\n") }
        return client
    }

    /// The number of a client's connections that still work; ends the client.
    func check(_ client: ChildProcess) async throws -> Int {
        client.signal(SIGUSR1)
        _ = try await client.exit(within: .patience)
        let line = client.output.split(separator: "\n").last { $0.hasPrefix("alive ") }
        return try #require(line.flatMap { Int($0.dropFirst(6)) }, "\(client.output) \(client.errors)")
    }

    private static func eventually(
        _ what: String, _ process: ChildProcess, _ condition: (String) -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .patience
        while !condition(process.output) {
            try #require(ContinuousClock.now < deadline, "not in time: \(what)\n\(process.output)\(process.errors)")
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    private static let echo = """
        my $listener = IO::Socket::INET->new(LocalAddr => $ARGV[0], Listen => 1024, ReuseAddr => 1) or die "$@";
        $| = 1;
        print "ready\\n";
        my $sockets = IO::Select->new($listener);
        while (1) {
            for my $socket ($sockets->can_read) {
                if ($socket == $listener) { $sockets->add($listener->accept); next }
                if (sysread $socket, my $bytes, 4096) { syswrite $socket, $bytes; next }
                $sockets->remove($socket);
                close $socket;
            }
        }
        """

    private static let client = """
        my ($address, $count) = @ARGV;
        my $isTold = 0;
        $SIG{USR1} = sub { $isTold = 1 };
        $SIG{PIPE} = 'IGNORE';
        $| = 1;
        sub ask {
            my ($socket) = @_;
            return syswrite($socket, "x") && sysread($socket, my $answer, 1);
        }
        my @sockets = map { IO::Socket::INET->new(PeerAddr => $address, Timeout => 5) or die "$@" } 1 .. $count;
        print "open " . grep({ ask($_) } @sockets) . "\\n";
        select(undef, undef, undef, 0.01) until $isTold;
        print "alive " . grep({ ask($_) } @sockets) . "\\n";
        """
}
