extension SchemaText {
    /// The smaller kinds of the core group.
    static let core: StaticString = #"""
        core.v1.Namespace
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 core.v1.NamespaceSpec
          status 3 core.v1.NamespaceStatus
        core.v1.ConfigMap
          typemeta
          metadata 1 meta.v1.ObjectMeta
          immutable 4 *bool
          data 2 {}string
          binaryData 3 {}bytes
        core.v1.Secret
          typemeta
          metadata 1 meta.v1.ObjectMeta
          immutable 5 *bool
          data 2 {}bytes
          stringData 4 {}string
          type 3 string(v1.SecretType)
        core.v1.Event
          typemeta
          metadata 1 meta.v1.ObjectMeta always required
          involvedObject 2 core.v1.ObjectReference always required
          reason 3 string
          message 4 string
          source 5 core.v1.EventSource
          firstTimestamp 6 time
          lastTimestamp 7 time
          count 8 int32
          type 9 string
          eventTime 10 microtime
          series 11 *core.v1.EventSeries
          action 12 string
          related 13 *core.v1.ObjectReference
          reportingComponent 14 string always
          reportingInstance 15 string always
        core.v1.ServiceAccount
          typemeta
          metadata 1 meta.v1.ObjectMeta
          secrets 2 []core.v1.ObjectReference keys=name patch=merge:name
          imagePullSecrets 3 []core.v1.LocalObjectReference atomic
          automountServiceAccountToken 4 *bool
        core.v1.Binding
          typemeta
          metadata 1 meta.v1.ObjectMeta
          target 2 core.v1.ObjectReference always required
        core.v1.ComponentStatus
          typemeta
          metadata 1 meta.v1.ObjectMeta
          conditions 2 []core.v1.ComponentCondition keys=type patch=merge:type
        core.v1.NamespaceSpec
          finalizers 1 []string(v1.FinalizerName) atomic
        core.v1.NamespaceStatus
          phase 1 string(v1.NamespacePhase)
          conditions 2 []core.v1.NamespaceCondition keys=type patch=merge:type
        core.v1.ObjectReference mapatomic
          kind 1 string
          namespace 2 string
          name 3 string
          uid 4 string(types.UID)
          apiVersion 5 string
          resourceVersion 6 string
          fieldPath 7 string
        core.v1.EventSource
          component 1 string
          host 2 string
        core.v1.EventSeries
          count 1 int32
          lastObservedTime 2 microtime
        core.v1.LocalObjectReference mapatomic
          name 1 string
        core.v1.ComponentCondition
          type 1 string(v1.ComponentConditionType) always required
          status 2 string(v1.ConditionStatus) always required
          message 3 string
          error 4 string
        core.v1.NamespaceCondition
          type 1 string(v1.NamespaceConditionType) always required
          status 2 string(v1.ConditionStatus) always required
          lastTransitionTime 4 time
          reason 5 string
          message 6 string
        core.v1.TypedLocalObjectReference mapatomic
          apiGroup 1 *string always
          kind 2 string always required
          name 3 string always required
        core.v1.ServiceAccountTokenProjection
          audience 1 string
          expirationSeconds 2 *int64
          path 3 string always required
        """#
}
