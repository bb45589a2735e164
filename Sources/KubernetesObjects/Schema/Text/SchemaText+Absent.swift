extension SchemaText {
    /// Types of which there are no objects; what is told of them is what every object has.
    static let absent: StaticString = #"""
        apiextensions.v1.CustomResourceDefinition
          typemeta
          metadata 1 meta.v1.ObjectMeta
        admissionregistration.v1.MutatingWebhookConfiguration
          typemeta
          metadata 1 meta.v1.ObjectMeta
        admissionregistration.v1.ValidatingAdmissionPolicy
          typemeta
          metadata 1 meta.v1.ObjectMeta
        admissionregistration.v1.ValidatingAdmissionPolicyBinding
          typemeta
          metadata 1 meta.v1.ObjectMeta
        admissionregistration.v1.ValidatingWebhookConfiguration
          typemeta
          metadata 1 meta.v1.ObjectMeta
        """#
}
