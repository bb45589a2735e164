import DaemonKit
import InternetAddresses

extension PrometheusText {
    /// A metric with one sample for each IP family.
    mutating func families(_ name: String, type: String, help: String, value: (IPFamily) -> String) {
        family(name, type: type, help: help)
        for family in IPFamily.allCases { sample(name, ["ip_family": "\(family)"], value(family)) }
    }

    /// A histogram for each IP family.
    mutating func histograms(_ name: String, help: String, of value: (IPFamily) -> Histogram) {
        family(name, type: "histogram", help: help)
        for family in IPFamily.allCases {
            let histogram = value(family)
            self.histogram(
                name, labels: "ip_family=\"\(family)\",", bounds: histogram.bounds, buckets: histogram.buckets,
                count: histogram.count, sum: histogram.sum)
        }
    }
}
