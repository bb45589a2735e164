/// Reads the lines of `SchemaText`.
///
///     core.v1.ServicePort | A port of a Service.       a type, and a summary
///       typemeta                                       it has kind and apiVersion
///       port 3 int32 always required | The port.       name, protobuf number, type, flags, and a summary
///       targetPort 4 intorstring                       * points, [] lists, {} maps; a Go name follows in ()
///       + 2 core.v1.VolumeSource                       the fields of another type, in a message of their own
///         | A long summary.                            it may stand on a line of its own
///     enum v1.ServiceType ClusterIP|NodePort           the values of a string type
///
/// Flags: `always` (written when zero), `omitzero`, `required`, `keys=a,b`, `set` and `atomic` (lists), `mapatomic`,
/// `patch=merge:key` and `patch=retainKeys` (strategic merge), `default=TEXT`.
struct SchemaTextReader {
    private struct Inline {
        var number: Int
        var type: String
        /// The position of the fields among those of the type.
        var position: Int
    }

    private var types: [SchemaType] = []
    private var index: [String: Int] = [:]
    private var inlines: [Int: [Inline]] = [:]
    private var typeNames: [[String]] = []
    private(set) var enumerations: [String: [String]] = [:]

    mutating func take(_ line: String) {
        var text = line[...]
        var summary = ""
        if !line.hasPrefix("enum "), let bar = line.firstIndex(of: "|") {
            summary = String(line[bar...].dropFirst(2))
            text = line[..<bar]
        }
        let words = text.split(separator: " ").map(String.init)
        guard let first = words.first else {
            setSummary(summary)
            return
        }
        if first == "enum" {
            enumerations[words[1]] = words[2].split(separator: "|").map(String.init)
        } else if !line.hasPrefix(" ") {
            index[first] = types.count
            types.append(
                SchemaType(
                    name: first, fields: [], isAtomic: words.contains("mapatomic"),
                    isInlineOnly: words.contains("nodef"), summary: summary))
            typeNames.append([])
        } else if first == "typemeta" {
            types[types.count - 1].isTopLevel = true
        } else if first == "+" {
            inlines[types.count - 1, default: []].append(
                Inline(number: Int(words[1]) ?? 0, type: words[2], position: types[types.count - 1].fields.count))
        } else {
            types[types.count - 1].fields.append(field(words, summary: summary))
            typeNames[types.count - 1].append(words[2])
        }
    }

    /// A line with only a summary belongs to the one before.
    private mutating func setSummary(_ summary: String) {
        guard let type = types.indices.last else { return }
        if let field = types[type].fields.indices.last {
            types[type].fields[field].summary = summary
        } else {
            types[type].summary = summary
        }
    }

    private func field(_ words: [String], summary: String) -> SchemaField {
        var field = SchemaField(
            name: words[0], number: Int(words[1]) ?? 0, value: .string, goType: "", isPointer: words[2].hasPrefix("*"),
            summary: summary)
        for flag in words.dropFirst(3) {
            let parts = flag.split(separator: "=", maxSplits: 1).map(String.init)
            switch parts[0] {
            case "always": field.isAlwaysWritten = true
            case "omitzero": field.isLeftOutWhenZero = true
            case "required": field.isRequired = true
            case "keys": field.listType = .map(keys: parts[1].split(separator: ",").map(String.init))
            case "set": field.listType = .set
            case "atomic": field.listType = .atomic
            case "mapatomic": field.isAtomic = true
            case "patch": field.patch = strategy(parts[1])
            case "default": field.defaultValue = .string(parts[1])
            default: break
            }
        }
        return field
    }

    private func strategy(_ text: String) -> PatchStrategy {
        var strategy = PatchStrategy()
        let parts = text.split(separator: ":").map(String.init)
        for part in parts[0].split(separator: "+") {
            if part == "merge" { strategy.merges = true }
            if part == "retainKeys" { strategy.retainsKeys = true }
        }
        if parts.count > 1 { strategy.mergeKey = parts[1] }
        return strategy
    }

    /// Resolves the names of types, and inserts inlined fields.
    mutating func finish() -> ([SchemaType], [String: Int]) {
        for type in types.indices {
            for position in types[type].fields.indices {
                let (value, goType) = value(named: typeNames[type][position][...])
                types[type].fields[position].value = value
                types[type].fields[position].goType = goType
            }
        }
        for (type, inlines) in inlines {
            for inline in inlines.reversed() {
                guard let other = index[inline.type] else { continue }
                let fields = types[other].fields.map { field in
                    var field = field
                    field.inlinedIn = inline.number
                    return field
                }
                types[type].fields.insert(contentsOf: fields, at: inline.position)
            }
        }
        for type in types.indices {
            for (position, field) in types[type].fields.enumerated() {
                types[type].indexByName[field.name] = position
            }
        }
        return (types, index)
    }

    private func value(named name: Substring) -> (ValueType, String) {
        if name.hasPrefix("*") { return value(named: name.dropFirst()) }
        if name.hasPrefix("[]") {
            let (element, goType) = value(named: name.dropFirst(2))
            return (.list(element), "[]\(goType)")
        }
        if name.hasPrefix("{}") {
            let (element, goType) = value(named: name.dropFirst(2))
            return (.map(element), "map[string]\(goType)")
        }
        var base = name
        var goType = String(name)
        if let open = name.firstIndex(of: "(") {
            base = name[..<open]
            goType = String(name[name.index(after: open)...].dropLast())
        }
        switch base {
        case "bool": return (.bool, goType)
        case "int32", "uint8": return (.int32, goType)
        case "int64", "int": return (.int64, goType)
        case "float64": return (.double, goType)
        case "string": return (.string, goType)
        case "bytes": return (.bytes, "[]uint8")
        case "time": return (.time, "v1.Time")
        case "microtime": return (.microTime, "v1.MicroTime")
        case "duration": return (.duration, "v1.Duration")
        case "intorstring": return (.intOrString, "intstr.IntOrString")
        case "quantity": return (.quantity, "resource.Quantity")
        case "fields": return (.raw(.fieldSet), "v1.FieldsV1")
        case "raw": return (.raw(.extension_), "runtime.RawExtension")
        default:
            let parts = base.split(separator: ".")
            return (.structure(index[String(base)] ?? 0), parts.suffix(2).joined(separator: "."))
        }
    }
}
