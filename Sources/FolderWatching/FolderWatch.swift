import Glibc

/// Watches one folder with inotify(7). Belongs to one thread.
package struct FolderWatch: ~Copyable {
    /// What ended a wait.
    package enum Outcome: Equatable {
        /// These entries changed; `all` if the kernel could not say which.
        case changed(Set<String>, all: Bool)
        case timeout
        case wokenUp
    }

    private static let events = UInt32(
        IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF
    )

    private let descriptor: Int32
    private let wakeUp: WakeUp
    private var watched: Int32?
    private var path = ""

    /// A watch without a folder yet; its waits end when `wakeUp` is signalled.
    package init(wakeUp: WakeUp) throws(FolderWatchError) {
        descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        self.wakeUp = wakeUp
        guard descriptor >= 0 else {
            let error = errno
            throw FolderWatchError(
                code: .unwatchable,
                message: "inotify cannot be used: \(systemMessage(error)); raise fs.inotify.max_user_instances",
                errno: error)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Watches the folder that is at `path` now. Harmless if it is already watched.
    package mutating func watch(_ path: String) throws(FolderWatchError) {
        let watch = inotify_add_watch(descriptor, path, Self.events | UInt32(IN_ONLYDIR))
        guard watch >= 0 else {
            let error = errno
            throw FolderWatchError(
                code: error == ENOENT || error == ENOTDIR ? .notFound : .unwatchable,
                message:
                    "\(path) cannot be watched: \(systemMessage(error)); bring it back, or raise "
                    + "fs.inotify.max_user_watches",
                errno: error)
        }
        if let watched, watched != watch { inotify_rm_watch(descriptor, watched) }
        watched = watch
        self.path = path
    }

    /// Blocks until something changes, `wakeUp` is signalled, or `milliseconds` have passed.
    package func wait(milliseconds: Int32) -> Outcome {
        var polled = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        // An interruption by a signal counts as a timeout: the caller looks and waits again.
        guard poll(&polled, 2, milliseconds) > 0 else { return .timeout }
        return polled[1].revents != 0 ? .wokenUp : drain()
    }

    private func drain() -> Outcome {
        var names: Set<String> = []
        var all = false
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return .changed(names, all: all) }
            Self.forEachEvent(in: buffer[..<count]) { mask, name in
                if mask & UInt32(IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED) != 0 { all = true }
                if mask & UInt32(IN_CREATE) != 0, isBeingWritten(name) { return }
                if !name.isEmpty { names.insert(name) }
            }
        }
    }

    /// Whether the new entry is a file that is still being written: its completion is reported too. Symbolic and hard
    /// links are complete from the start.
    private func isBeingWritten(_ name: String) -> Bool {
        var status = stat()
        guard lstat("\(path)/\(name)", &status) == 0 else { return false }
        return status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 1
    }

    /// struct inotify_event: `int wd; uint32_t mask, cookie, len; char name[len];` the name is padded with zeros.
    private static func forEachEvent(in bytes: ArraySlice<UInt8>, _ body: (UInt32, String) -> Void) {
        bytes.withUnsafeBytes { raw in
            var offset = 0
            let header = MemoryLayout<inotify_event>.size
            while offset + header <= raw.count {
                let event = raw.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                let end = min(offset + header + Int(event.len), raw.count)
                let name = raw[offset + header..<end].prefix { $0 != 0 }
                body(event.mask, String(decoding: name, as: UTF8.self))
                offset = end
            }
        }
    }
}
