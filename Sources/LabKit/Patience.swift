extension Duration {
    /// How long tests wait for what must happen: far longer than any machine takes, so that only a failure takes it.
    package static let patience = Duration.seconds(300)
}
