import Yams

extension Node {
    /// The line of the field with a path such as `spec.ports[0].port`, or of the nearest enclosing field that exists.
    func line(of path: String) -> Int {
        var node = self
        var line = mark?.line ?? 1
        for step in path.split(whereSeparator: { ".[]".contains($0) }) {
            let next = node.sequence != nil ? Int(step).flatMap { node[$0] } : node[String(step)]
            guard let next else { break }
            node = next
            line = node.mark?.line ?? line
        }
        return line
    }
}
