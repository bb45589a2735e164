extension SchemaText {
    /// Metadata and other types that every group uses.
    static let meta: StaticString = #"""
        meta.v1.DeleteOptions
          typemeta
          gracePeriodSeconds 1 *int64
          preconditions 2 *meta.v1.Preconditions
          orphanDependents 3 *bool
          propagationPolicy 4 *string(v1.DeletionPropagation)
          dryRun 5 []string atomic
          ignoreStoreReadErrorWithClusterBreakingPotential 6 *bool
        meta.v1.ListMeta
          selfLink 1 string
          resourceVersion 2 string
          continue 3 string
          remainingItemCount 4 *int64
          shardInfo 5 *meta.v1.ShardInfo
        meta.v1.Status
          typemeta
          metadata 1 meta.v1.ListMeta
          status 2 string
          message 3 string
          reason 4 string(v1.StatusReason)
          details 5 *meta.v1.StatusDetails
          code 6 int32
        meta.v1.ObjectMeta
          name 1 string
          generateName 2 string
          namespace 3 string
          selfLink 4 string
          uid 5 string(types.UID)
          resourceVersion 6 string
          generation 7 int64
          creationTimestamp 8 time omitzero
          deletionTimestamp 9 *time
          deletionGracePeriodSeconds 10 *int64
          labels 11 {}string
          annotations 12 {}string
          ownerReferences 13 []meta.v1.OwnerReference keys=uid patch=merge:uid
          finalizers 14 []string set patch=merge
          managedFields 17 []meta.v1.ManagedFieldsEntry atomic
        meta.v1.Preconditions
          uid 1 *string(types.UID)
          resourceVersion 2 *string
        meta.v1.ShardInfo
          selector 1 string always required
        meta.v1.StatusDetails
          name 1 string
          group 2 string
          kind 3 string
          uid 6 string(types.UID)
          causes 4 []meta.v1.StatusCause atomic
          retryAfterSeconds 5 int32
        meta.v1.OwnerReference mapatomic
          apiVersion 5 string always required
          kind 1 string always required
          name 3 string always required
          uid 4 string(types.UID) always required
          controller 6 *bool
          blockOwnerDeletion 7 *bool
        meta.v1.ManagedFieldsEntry
          manager 1 string
          operation 2 string(v1.ManagedFieldsOperationType)
          apiVersion 3 string
          time 4 *time
          fieldsType 6 string
          fieldsV1 7 *fields
          subresource 8 string
        meta.v1.Condition
          type 1 string always required
          status 2 string(v1.ConditionStatus) always required
          observedGeneration 3 int64
          lastTransitionTime 4 time always required
          reason 5 string always required
          message 6 string always required
        meta.v1.LabelSelector mapatomic
          matchLabels 1 {}string
          matchExpressions 2 []meta.v1.LabelSelectorRequirement atomic
        meta.v1.StatusCause
          reason 1 string(v1.CauseType)
          message 2 string
          field 3 string
        meta.v1.LabelSelectorRequirement
          key 1 string always required
          operator 2 string(v1.LabelSelectorOperator) always required
          values 3 []string atomic
        meta.v1.FieldSelectorRequirement
          key 1 string always required
          operator 2 string(v1.FieldSelectorOperator) always required
          values 3 []string atomic
        """#
}
