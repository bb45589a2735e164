extension SchemaText {
    /// Deployments, ReplicaSets, scale and eviction.
    static let apps: StaticString = #"""
        apps.v1.Deployment
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 apps.v1.DeploymentSpec
          status 3 apps.v1.DeploymentStatus
        apps.v1.ReplicaSet
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 apps.v1.ReplicaSetSpec
          status 3 apps.v1.ReplicaSetStatus
        autoscaling.v1.Scale
          typemeta
          metadata 1 meta.v1.ObjectMeta
          spec 2 autoscaling.v1.ScaleSpec
          status 3 autoscaling.v1.ScaleStatus
        policy.v1.Eviction
          typemeta
          metadata 1 meta.v1.ObjectMeta
          deleteOptions 2 *meta.v1.DeleteOptions
        apps.v1.DeploymentSpec
          replicas 1 *int32
          selector 2 *meta.v1.LabelSelector always required
          template 3 core.v1.PodTemplateSpec always required
          strategy 4 apps.v1.DeploymentStrategy patch=retainKeys
          minReadySeconds 5 int32
          revisionHistoryLimit 6 *int32
          paused 7 bool
          progressDeadlineSeconds 9 *int32
        apps.v1.DeploymentStatus
          observedGeneration 1 int64
          replicas 2 int32
          updatedReplicas 3 int32
          readyReplicas 7 int32
          availableReplicas 4 int32
          unavailableReplicas 5 int32
          terminatingReplicas 9 *int32
          conditions 6 []apps.v1.DeploymentCondition keys=type patch=merge:type
          collisionCount 8 *int32
        apps.v1.ReplicaSetSpec
          replicas 1 *int32
          minReadySeconds 4 int32
          selector 2 *meta.v1.LabelSelector always required
          template 3 core.v1.PodTemplateSpec
        apps.v1.ReplicaSetStatus
          replicas 1 int32 always required
          fullyLabeledReplicas 2 int32
          readyReplicas 4 int32
          availableReplicas 5 int32
          terminatingReplicas 7 *int32
          observedGeneration 3 int64
          conditions 6 []apps.v1.ReplicaSetCondition keys=type patch=merge:type
        autoscaling.v1.ScaleSpec
          replicas 1 int32
        autoscaling.v1.ScaleStatus
          replicas 1 int32 always required
          selector 2 string
        apps.v1.DeploymentStrategy
          type 1 string(v1.DeploymentStrategyType)
          rollingUpdate 2 *apps.v1.RollingUpdateDeployment
        apps.v1.DeploymentCondition
          type 1 string(v1.DeploymentConditionType) always required
          status 2 string(v1.ConditionStatus) always required
          lastUpdateTime 6 time
          lastTransitionTime 7 time
          reason 4 string
          message 5 string
        apps.v1.ReplicaSetCondition
          type 1 string(v1.ReplicaSetConditionType) always required
          status 2 string(v1.ConditionStatus) always required
          lastTransitionTime 3 time
          reason 4 string
          message 5 string
        apps.v1.RollingUpdateDeployment
          maxUnavailable 1 *intorstring
          maxSurge 2 *intorstring
        """#
}
