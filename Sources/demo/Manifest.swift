/// The manifest without the list item of an endpoint: from its `- addresses: [ip]` to the next item.
func removingEndpoint(_ ip: String, from manifest: String) throws -> String {
    let lines = manifest.split(separator: "\n", omittingEmptySubsequences: false)
    guard let start = lines.firstIndex(where: { $0.hasSuffix("- addresses: [\(ip)]") }) else {
        throw Surprise("web.yaml has no endpoint \(ip)")
    }
    let indentation = lines[start].prefix { $0 == " " }.count
    let end = lines[(start + 1)...].firstIndex { $0.prefix { $0 == " " }.count <= indentation } ?? lines.endIndex
    return (lines[..<start] + lines[end...]).joined(separator: "\n")
}
