/// Labels of an object, by key.
///
/// Most objects keep none or one: a sorted array takes a third of what a dictionary does.
package struct Labels: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    private struct Label: Sendable, Hashable {
        var key: String
        var value: String
    }

    private var labels: [Label] = []

    /// No labels.
    package init() {}

    package init(_ labels: [String: String]) {
        self.labels = labels.map { Label(key: $0, value: $1) }.sorted { $0.key < $1.key }
    }

    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(Dictionary(elements) { _, last in last })
    }

    package var isEmpty: Bool { labels.isEmpty }

    /// The labels as a dictionary.
    package var dictionary: [String: String] {
        Dictionary(uniqueKeysWithValues: labels.map { ($0.key, $0.value) })
    }

    package subscript(key: String) -> String? {
        get { labels.first { $0.key == key }?.value }
        set {
            labels.removeAll { $0.key == key }
            guard let newValue else { return }
            let place = labels.firstIndex { $0.key > key } ?? labels.endIndex
            labels.insert(Label(key: key, value: newValue), at: place)
        }
    }

    /// Whether these include every label of `selector`, as a Service's selector requires of a Pod.
    package func matches(_ selector: Labels) -> Bool {
        selector.labels.allSatisfy { self[$0.key] == $0.value }
    }
}
