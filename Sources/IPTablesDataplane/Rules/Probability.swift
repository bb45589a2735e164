/// Probabilities of the match `statistic`: stored in parts of 2³¹, and printed with eleven digits.
enum Probability {
    /// One in `count`, as `iptables-save` prints it: 0.33333333349 for 3.
    static func text(_ count: Int) -> String {
        count < known.count ? known[count] : make(count)
    }

    private static let known = [""] + (1...128).map(make)

    private static func make(_ count: Int) -> String {
        // kube-proxy writes ten digits; the kernel keeps the nearest part of 2³¹.
        let asked = (1 / Double(count) * 1e10).rounded(.toNearestOrEven) / 1e10
        let parts = (asked * 0x1p31).rounded()
        let digits = String(Int((parts / 0x1p31 * 1e11).rounded(.toNearestOrEven)))
        guard digits.count < 12 else { return "1.00000000000" }
        return "0." + String(repeating: "0", count: 11 - digits.count) + digits
    }
}
