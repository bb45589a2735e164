extension SchemaText {
    /// Questions about identity and permission.
    static let reviews: StaticString = #"""
        authorization.v1.SelfSubjectAccessReview
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 authorization.v1.SelfSubjectAccessReviewSpec always required
          status 3 authorization.v1.SubjectAccessReviewStatus
        authorization.v1.SelfSubjectRulesReview
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 authorization.v1.SelfSubjectRulesReviewSpec always required
          status 3 authorization.v1.SubjectRulesReviewStatus
        authorization.v1.SubjectAccessReview
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 authorization.v1.SubjectAccessReviewSpec always required
          status 3 authorization.v1.SubjectAccessReviewStatus
        authorization.v1.LocalSubjectAccessReview
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 authorization.v1.SubjectAccessReviewSpec always required
          status 3 authorization.v1.SubjectAccessReviewStatus
        authentication.v1.SelfSubjectReview
          typemeta
          metadata 1 meta.v1.ObjectMeta
          status 2 authentication.v1.SelfSubjectReviewStatus
        authentication.v1.TokenReview
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 authentication.v1.TokenReviewSpec always required
          status 3 authentication.v1.TokenReviewStatus
        authentication.v1.TokenRequest
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 authentication.v1.TokenRequestSpec always
          status 3 authentication.v1.TokenRequestStatus
        authorization.v1.SelfSubjectAccessReviewSpec
          resourceAttributes 1 *authorization.v1.ResourceAttributes
          nonResourceAttributes 2 *authorization.v1.NonResourceAttributes
        authorization.v1.SubjectAccessReviewStatus
          allowed 1 bool always required
          denied 4 bool
          reason 2 string
          evaluationError 3 string
        authorization.v1.SelfSubjectRulesReviewSpec
          namespace 1 string
        authorization.v1.SubjectRulesReviewStatus
          resourceRules 1 []authorization.v1.ResourceRule always required atomic
          nonResourceRules 2 []authorization.v1.NonResourceRule always required atomic
          incomplete 3 bool always required
          evaluationError 4 string
        authorization.v1.SubjectAccessReviewSpec
          resourceAttributes 1 *authorization.v1.ResourceAttributes
          nonResourceAttributes 2 *authorization.v1.NonResourceAttributes
          user 3 string
          groups 4 []string atomic
          extra 5 {}[]string
          uid 6 string
        authentication.v1.SelfSubjectReviewStatus
          userInfo 1 authentication.v1.UserInfo
        authentication.v1.TokenReviewSpec
          token 1 string required
          audiences 2 []string atomic
        authentication.v1.TokenReviewStatus
          authenticated 1 bool
          user 2 authentication.v1.UserInfo
          audiences 4 []string atomic
          error 3 string
        authentication.v1.TokenRequestSpec
          audiences 1 []string always atomic
          expirationSeconds 4 *int64 always
          boundObjectRef 3 *authentication.v1.BoundObjectReference always
        authentication.v1.TokenRequestStatus
          token 1 string always
          expirationTimestamp 2 time always
        authorization.v1.ResourceAttributes
          namespace 1 string
          verb 2 string
          group 3 string
          version 4 string
          resource 5 string
          subresource 6 string
          name 7 string
          fieldSelector 8 *authorization.v1.FieldSelectorAttributes
          labelSelector 9 *authorization.v1.LabelSelectorAttributes
        authorization.v1.NonResourceAttributes
          path 1 string
          verb 2 string
        authorization.v1.ResourceRule
          verbs 1 []string always required atomic
          apiGroups 2 []string atomic
          resources 3 []string atomic
          resourceNames 4 []string atomic
        authorization.v1.NonResourceRule
          verbs 1 []string always required atomic
          nonResourceURLs 2 []string atomic
        authentication.v1.UserInfo
          username 1 string
          uid 2 string
          groups 3 []string atomic
          extra 4 {}[]string
        authentication.v1.BoundObjectReference
          kind 1 string
          apiVersion 2 string
          name 3 string
          uid 4 string(types.UID)
        authorization.v1.FieldSelectorAttributes
          rawSelector 1 string
          requirements 2 []meta.v1.FieldSelectorRequirement atomic
        authorization.v1.LabelSelectorAttributes
          rawSelector 1 string
          requirements 2 []meta.v1.LabelSelectorRequirement atomic
        """#
}
