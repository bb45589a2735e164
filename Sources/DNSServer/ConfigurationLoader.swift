import DNSMessages
import Foundation

/// Reads the configuration, at the start and whenever it may have changed.
struct ConfigurationLoader: Sendable {
    let origin: DNSServer.Origin
    let environment: [String: String]

    /// Throws ``DNSConfigurationError`` with file, line and what to do.
    func load() throws -> DNSConfiguration {
        switch origin {
        case .flags(let configuration): return configuration
        case .corefile(let path, let adjust):
            let text: String
            do {
                text = try String(contentsOfFile: path, encoding: .utf8)
            } catch {
                throw DNSConfigurationError(
                    place: path, "cannot be read: \(error.localizedDescription); give the path of a Corefile")
            }
            do {
                var configuration = try Corefile.read(text, surroundings: surroundings)
                adjust(&configuration)
                return configuration
            } catch {
                let place = error.place.hasPrefix("line ") ? "\(path):\(error.place.dropFirst(5))" : path
                throw DNSConfigurationError(place: place, error.reason)
            }
        }
    }

    private var surroundings: Corefile.Surroundings {
        Corefile.Surroundings(environment: environment) { path throws(DNSConfigurationError) in
            try ResolverConfiguration(path: path)
        }
    }
}

extension ResolverConfiguration {
    /// Reads a file like /etc/resolv.conf.
    package init(path: String) throws(DNSConfigurationError) {
        do {
            self.init(try String(contentsOfFile: path, encoding: .utf8))
        } catch {
            throw DNSConfigurationError(
                place: path, "cannot be read: \(error.localizedDescription); name servers by address instead")
        }
    }
}
