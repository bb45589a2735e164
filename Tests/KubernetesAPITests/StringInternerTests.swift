import KubernetesAPI
import Testing

@Suite struct StringInternerTests {
    private func text(_ bytes: [UInt8], _ interner: inout StringInterner) -> String? {
        bytes.withUnsafeBytes { interner.text($0) }
    }

    @Test("short and long strings are returned unchanged, repeatedly")
    func texts() {
        var interner = StringInterner()
        for text in ["", "n1", "fifteen bytes..", "sixteen bytes...", "a longer name of some node: nœud"] {
            for _ in 0..<2 { #expect(self.text(Array(text.utf8), &interner) == text) }
        }
    }

    @Test("bytes that are not UTF-8 are refused, short and long")
    func invalid() {
        var interner = StringInterner()
        #expect(text([0xFF], &interner) == nil)
        #expect(text([UInt8](repeating: 0xC0, count: 40), &interner) == nil)
    }

    @Test("more strings than it can hold are still correct")
    func overflow() {
        var interner = StringInterner()
        for number in 0..<70_000 {
            let name = "a-name-with-a-number-\(number)"
            #expect(text(Array(name.utf8), &interner) == name)
        }
    }
}
