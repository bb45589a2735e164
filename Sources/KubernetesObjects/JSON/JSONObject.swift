/// The members of a JSON object in order. Two objects are equal if they have the same members in any order.
///
/// Lookup is a linear search, which is fast for the few members of API objects.
package struct JSONObject: Sendable {
    package typealias Member = (key: String, value: JSONValue)

    package private(set) var members: [Member]

    package init() {
        members = []
    }

    /// A duplicate key keeps its last value at its first position.
    package init(_ elements: [(String, JSONValue)]) {
        members = []
        members.reserveCapacity(elements.count)
        for (key, value) in elements { self[key] = value }
    }

    /// Takes members known to have distinct keys.
    package init(uniqueMembers: [Member]) {
        members = uniqueMembers
    }

    package var count: Int { members.count }
    package var isEmpty: Bool { members.isEmpty }
    package var keys: [String] { members.map(\.key) }

    package subscript(key: String) -> JSONValue? {
        get {
            for member in members where member.key == key { return member.value }
            return nil
        }
        set {
            let index = members.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((key, value))
            case (nil, nil): break
            }
        }
        _modify {
            var member = take(key)
            defer { restore(key, member) }
            yield &member
        }
    }

    /// Takes a member and leaves null in its place, so that the value can be changed without a copy.
    mutating func take(_ key: String) -> JSONValue? {
        guard let index = members.firstIndex(where: { $0.key == key }) else { return nil }
        let value = members[index].value
        members[index].value = .null
        return value
    }

    /// Puts the changed value from `take` back; nil removes the member.
    mutating func restore(_ key: String, _ value: JSONValue?) {
        let index = members.firstIndex { $0.key == key }
        switch (index, value) {
        case (let index?, let value?): members[index].value = value
        case (let index?, nil): members.remove(at: index)
        case (nil, let value?): members.append((key, value))
        case (nil, nil): break
        }
    }

    /// The members sorted by key, as Go writes maps.
    package func sorted() -> JSONObject {
        JSONObject(uniqueMembers: members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
    }
}

extension JSONObject: Hashable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.members.count == right.members.count else { return false }
        // Objects of one kind usually have their members in the same order.
        for (index, member) in left.members.enumerated() {
            if right.members[index].key == member.key {
                guard right.members[index].value == member.value else { return false }
            } else {
                guard let other = right[member.key], other == member.value else { return false }
            }
        }
        return true
    }

    package func hash(into hasher: inout Hasher) {
        var combined = 0
        for member in members {
            var one = Hasher()
            one.combine(member.key)
            one.combine(member.value)
            combined ^= one.finalize()
        }
        hasher.combine(combined)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }
}

extension JSONObject: Sequence {
    package func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
}
