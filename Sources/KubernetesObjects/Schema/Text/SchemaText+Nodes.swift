extension SchemaText {
    /// Nodes.
    static let nodes: StaticString = #"""
        core.v1.Node | A machine that runs Pods.
          typemeta
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 core.v1.NodeSpec | What is wanted.
          status 3 core.v1.NodeStatus | What has come of it.
        core.v1.NodeSpec | How the node is to be used.
          podCIDR 1 string | The network of the node's Pods.
          podCIDRs 7 []string set patch=merge | The networks of the node's Pods, one of each family.
          providerID 3 string | What the cloud calls the machine.
          unschedulable 4 bool | The node takes no new Pods.
          taints 5 []core.v1.Taint atomic | What Pods have to tolerate to run here.
          configSource 6 *core.v1.NodeConfigSource
          externalID 2 string
        core.v1.NodeStatus | What the node has reported.
          capacity 1 {}quantity
          allocatable 2 {}quantity
          phase 3 string(v1.NodePhase)
          conditions 4 []core.v1.NodeCondition keys=type patch=merge:type
          addresses 5 []core.v1.NodeAddress keys=type patch=merge:type
          daemonEndpoints 6 core.v1.NodeDaemonEndpoints
          nodeInfo 7 core.v1.NodeSystemInfo
          images 8 []core.v1.ContainerImage atomic
          volumesInUse 9 []string(v1.UniqueVolumeName) atomic
          volumesAttached 10 []core.v1.AttachedVolume atomic
          config 11 *core.v1.NodeConfigStatus
          runtimeHandlers 12 []core.v1.NodeRuntimeHandler atomic
          features 13 *core.v1.NodeFeatures
          declaredFeatures 14 []string atomic
        core.v1.Taint
          key 1 string always required
          value 2 string
          effect 3 string(v1.TaintEffect) always required
          timeAdded 4 *time
        core.v1.NodeConfigSource
          configMap 2 *core.v1.ConfigMapNodeConfigSource
        core.v1.NodeCondition
          type 1 string(v1.NodeConditionType) always required
          status 2 string(v1.ConditionStatus) always required | What has come of it.
          lastHeartbeatTime 3 time
          lastTransitionTime 4 time
          reason 5 string
          message 6 string
        core.v1.NodeAddress
          type 1 string(v1.NodeAddressType) always required
          address 2 string always required
        core.v1.NodeDaemonEndpoints
          kubeletEndpoint 1 core.v1.DaemonEndpoint
        core.v1.NodeSystemInfo
          machineID 1 string always required
          systemUUID 2 string always required
          bootID 3 string always required
          kernelVersion 4 string always required
          osImage 5 string always required
          containerRuntimeVersion 6 string always required
          kubeletVersion 7 string always required
          kubeProxyVersion 8 string always required
          operatingSystem 9 string always required
          architecture 10 string always required
          swap 11 *core.v1.NodeSwapStatus
        core.v1.ContainerImage
          names 1 []string always atomic
          sizeBytes 2 int64
        core.v1.AttachedVolume
          name 1 string(v1.UniqueVolumeName) always required
          devicePath 2 string always required
        core.v1.NodeConfigStatus
          assigned 1 *core.v1.NodeConfigSource
          active 2 *core.v1.NodeConfigSource
          lastKnownGood 3 *core.v1.NodeConfigSource
          error 4 string
        core.v1.NodeRuntimeHandler
          name 1 string always
          features 2 *core.v1.NodeRuntimeHandlerFeatures
        core.v1.NodeFeatures
          supplementalGroupsPolicy 1 *bool
        core.v1.DaemonEndpoint
          Port 1 int32 always required
        core.v1.NodeSwapStatus
          capacity 1 *int64
        core.v1.NodeRuntimeHandlerFeatures
          recursiveReadOnlyMounts 1 *bool
          userNamespaces 2 *bool
        """#
}
