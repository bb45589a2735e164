import Dataplane
import Glibc
import InternetAddresses
import UserspaceProxy

/// The proxy now serving in the network namespace, seen from the next one. Belongs to one thread,
/// which its calls block.
struct Predecessor: ~Copyable {
    private let socket: ControlSocket

    /// `nil` if there is none. `patience` is how long to wait for each of its answers, in seconds.
    init?(patience: Int = 5) {
        guard let socket = ControlSocket.connect(timeout: patience) else { return nil }
        self.socket = socket
    }

    /// What it hands over.
    struct Inheritance {
        var sockets: [InheritedSocket] = []
        var affinities: AffinityText.Table = [:]
    }

    /// Its listening sockets and its clients' affinity. It keeps serving until ``release()``, or if this object is
    /// dropped without it. `nil` if it does not answer properly.
    func inheritance() -> Inheritance? {
        guard socket.send("take") else { return nil }
        var all = Inheritance()
        while let message = socket.receive() {
            if message.text == ListenerText.end { return all }
            if AffinityText.begins(message.text), message.descriptors.isEmpty {
                AffinityText.read(message.text.split(separator: "\n"), into: &all.affinities)
                continue
            }
            guard let entries = ListenerText.read(message.text.split(separator: "\n")),
                entries.count == message.descriptors.count
            else {
                for descriptor in message.descriptors { close(descriptor) }
                return nil
            }
            for (entry, descriptor) in zip(entries, message.descriptors) {
                let place = entry.frontend.place
                // One that cannot be read is bound again.
                guard let listening = try? ListeningSocket(adopting: descriptor, place.transport) else { continue }
                let key = InheritedSocket.Key(place: place, isRedirected: entry.isRedirected)
                all.sockets.append(InheritedSocket(key: key, socket: listening))
            }
        }
        return nil
    }

    /// Whether it leaves its kernel state to this process from now on, which is in another mode. It serves what still
    /// comes there until ``release()``, or goes on if this object is dropped without it.
    func yields() -> Bool { socket.send("retire") && socket.receive()?.text == "yours" }

    /// Tells it that its sockets are now served here: it stops accepting and ends with its last connection.
    consuming func release() {
        guard socket.send("taken") else { return }
        // Once it has answered, its name is free.
        _ = socket.receive()
    }

    /// What it serves; `nil` if it does not answer properly.
    consuming func inspect() -> [ListenerText.Entry]? {
        guard socket.send("inspect") else { return nil }
        var lines: [Substring] = []
        while let message = socket.receive() {
            if message.text == ListenerText.end { return ListenerText.read(lines) }
            lines += message.text.split(separator: "\n")
        }
        return nil
    }
}
