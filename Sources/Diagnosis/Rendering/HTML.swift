/// Writes HTML, escaping all external text.
enum HTML {
    /// The text, escaped for use between tags and in attributes.
    static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.append(character)
            }
        }
    }

    /// A value in the query of a link.
    static func query(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._~".utf8.contains(byte)
            if isPlain {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%\(hex[Int(byte >> 4)])\(hex[Int(byte & 15)])"
            }
        }
    }

    /// A whole document that reloads itself after some seconds.
    static func page(_ title: String, _ body: String, seconds: Int = 5) -> String {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>\(escaped(title))</title>
        <meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="\(seconds)">
        <style>\(style)</style></head>
        <body>\(body)</body></html>

        """
    }

    private static let style = """
        body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;
        color:#1c2733;background:#fff}
        a{color:#0b5cad}h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
        table{border-collapse:collapse;width:100%}
        td,th{text-align:left;padding:.35rem .8rem .35rem 0;border-bottom:1px solid #dde3e9;vertical-align:top}
        .ok{color:#18794e}.broken{color:#c0262d}.unknown{color:#8a6100}.proof{color:#5a6875}.sign{font-weight:bold}
        code{font-family:ui-monospace,monospace;font-size:.9em}
        """
}
