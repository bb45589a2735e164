/// Suggests corrections of misspelled names.
enum Similarity {
    /// The candidate with the fewest differing letters, if these are few; the first by name among equals.
    static func nearest(to text: String, among candidates: [String]) -> String? {
        let lower = Array(text.lowercased())
        let limit = max(1, lower.count / 4)
        return candidates.map { (distance(lower, Array($0.lowercased())), $0) }
            .filter { $0.0 <= limit }.min { $0 < $1 }?.1
    }

    /// The number of letters to add, remove or replace.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, row[column + 1] + 1)
            }
        }
        return row[right.count]
    }
}
