package import Foundation

/// Recorded data that several test suites read.
package enum Fixtures {
    /// The folder of small clusters: objects, and what kube-proxy 1.36 makes of them.
    package static var scenarios: URL { folder("Scenarios") }

    /// The folder of cases for controllers: `input.json` is created first, `steps.json` are requests of people,
    /// `expected-N.json` what kube-controller-manager 1.36 made of it after step N.
    package static var controllers: URL { folder("Controllers") }

    /// What a real kube-apiserver 1.36 answered: `list-services.pb`, `watch-services.jsonl`, `error-401.json` …
    ///
    /// In watches in protobuf each frame has a four-byte length in front, the most significant byte first.
    package static func transcript(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder("Transcripts").appending(path: name)))
    }

    /// What kube-proxy 1.36.2 answered: `default-config.yaml`, `flagz.txt`, `configz-nftables.json` …
    package static func kubeProxy(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder("KubeProxy").appending(path: name)), as: UTF8.self)
    }

    private static func folder(_ name: String) -> URL {
        Bundle.module.resourceURL?.appending(path: name) ?? URL(filePath: name)
    }
}
