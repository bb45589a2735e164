/// Figures in columns, one for each size.
struct Table {
    let results: [Result]

    var text: String {
        let figures = Self.rows.map { row in [row.name] + results.map(row.value) }
            .filter { row in row.dropFirst().contains { $0 != Figures.none } }
        let rows = [[""] + results.map(\.size.description)] + figures
        let widths = (0...results.count).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { column, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? cell.0 + padding : padding + cell.0
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    private static var rows: [(name: String, value: (Result) -> String)] {
        [
            ("cold: start to all programmed", { Figures.time($0.cold.total) }),
            ("cold: programming", { Figures.time($0.cold.programming) }),
            ("  kernel's limit", { $0.kernel.map { Figures.time($0.programming) } ?? Figures.none }),
            ("  ratio", { Figures.ratio($0.cold.programming, to: $0.kernel?.programming ?? 0) }),
            ("  sent", { Figures.size($0.cold.bytes) }),
            ("  processor time", { Figures.time($0.cold.processorTime) }),
            ("restart: start to all programmed", { Figures.time($0.restart.total) }),
            ("restart: programming", { Figures.time($0.restart.programming) }),
            ("  messages written", { Figures.grouped($0.restart.messages) }),
            ("  processor time", { Figures.time($0.restart.processorTime) }),
            ("one endpoint flips: median", { Figures.time($0.flip.median) }),
            ("  99 of 100 within", { Figures.time($0.flip.p99) }),
            ("  kernel's limit", { $0.kernel.map { Figures.time($0.swap) } ?? Figures.none }),
            ("  ratio", { Figures.ratio($0.flip.median, to: $0.kernel?.swap ?? 0) }),
            ("  messages, at most", { Figures.grouped($0.flip.messages) }),
            ("  sent, at most", { Figures.size($0.flip.bytes) }),
            ("  processor time", { Figures.time($0.processorTimePerFlip) }),
            ("one Service added: median", { Figures.time($0.addition.median) }),
            ("one Service removed: median", { Figures.time($0.removal.median) }),
            ("memory: peak", { Figures.size($0.peakMemory) }),
            ("  peak of the restart", { Figures.size($0.restart.peakMemory) }),
            ("  settled", { Figures.size($0.settledMemory) }),
            ("  settled, without program pages", { Figures.size($0.settledOwnMemory) }),
        ]
    }
}
