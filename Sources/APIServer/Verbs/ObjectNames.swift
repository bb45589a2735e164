import Foundation

/// Names and identifiers that the server generates.
enum ObjectNames {
    /// Without vowels, to avoid words: `k8s.io/apimachinery/pkg/util/rand`.
    private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")

    static func generate(_ prefix: String) -> String {
        // 63 characters at most, five of them random.
        prefix.prefix(58) + suffix(length: 5)
    }

    static func suffix(length: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return String((0..<length).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] })
    }

    static func uid() -> String { UUID().uuidString.lowercased() }
}
