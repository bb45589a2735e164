package import Foundation

/// Recorded data that several test suites read.
package enum Fixtures {
    /// The folder of small clusters: objects, and what kube-proxy 1.36 programs for them.
    package static var scenarios: URL { folder("Scenarios") }

    /// The folder of cases for controllers: `input.json` is created first, `steps.json` are users' requests,
    /// `expected-N.json` the results of kube-controller-manager 1.36 after step N.
    package static var controllers: URL { folder("Controllers") }

    /// The folder of ``transcript(_:)``.
    package static var transcripts: URL { folder("Transcripts") }

    /// Answers of a real kube-apiserver 1.36: `list-services.pb`, `watch-services.jsonl`, `error-401.json` …
    ///
    /// In protobuf watches a four-byte big-endian length precedes each frame.
    package static func transcript(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: transcripts.appending(path: name)))
    }

    /// Answers of kube-proxy 1.36.2: `default-config.yaml`, `flagz.txt`, `configz-nftables.json` …
    package static func kubeProxy(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder("KubeProxy").appending(path: name)), as: UTF8.self)
    }

    private static func folder(_ name: String) -> URL {
        Bundle.module.resourceURL?.appending(path: name) ?? URL(filePath: name)
    }
}
