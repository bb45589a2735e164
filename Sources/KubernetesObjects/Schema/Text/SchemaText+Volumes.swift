extension SchemaText {
    /// Volumes of Pods.
    static let volumes: StaticString = #"""
        core.v1.Volume
          name 1 string always required
          + 2 core.v1.VolumeSource
        core.v1.VolumeSource nodef
          hostPath 1 *core.v1.HostPathVolumeSource
          emptyDir 2 *core.v1.EmptyDirVolumeSource
          gcePersistentDisk 3 *core.v1.GCEPersistentDiskVolumeSource
          awsElasticBlockStore 4 *core.v1.AWSElasticBlockStoreVolumeSource
          gitRepo 5 *core.v1.GitRepoVolumeSource
          secret 6 *core.v1.SecretVolumeSource
          nfs 7 *core.v1.NFSVolumeSource
          iscsi 8 *core.v1.ISCSIVolumeSource
          glusterfs 9 *core.v1.GlusterfsVolumeSource
          persistentVolumeClaim 10 *core.v1.PersistentVolumeClaimVolumeSource
          rbd 11 *core.v1.RBDVolumeSource
          flexVolume 12 *core.v1.FlexVolumeSource
          cinder 13 *core.v1.CinderVolumeSource
          cephfs 14 *core.v1.CephFSVolumeSource
          flocker 15 *core.v1.FlockerVolumeSource
          downwardAPI 16 *core.v1.DownwardAPIVolumeSource
          fc 17 *core.v1.FCVolumeSource
          azureFile 18 *core.v1.AzureFileVolumeSource
          configMap 19 *core.v1.ConfigMapVolumeSource
          vsphereVolume 20 *core.v1.VsphereVirtualDiskVolumeSource
          quobyte 21 *core.v1.QuobyteVolumeSource
          azureDisk 22 *core.v1.AzureDiskVolumeSource
          photonPersistentDisk 23 *core.v1.PhotonPersistentDiskVolumeSource
          projected 26 *core.v1.ProjectedVolumeSource
          portworxVolume 24 *core.v1.PortworxVolumeSource
          scaleIO 25 *core.v1.ScaleIOVolumeSource
          storageos 27 *core.v1.StorageOSVolumeSource
          csi 28 *core.v1.CSIVolumeSource
          ephemeral 29 *core.v1.EphemeralVolumeSource
          image 30 *core.v1.ImageVolumeSource
        core.v1.HostPathVolumeSource
          path 1 string always required
          type 2 *string(v1.HostPathType)
        core.v1.EmptyDirVolumeSource
          medium 1 string(v1.StorageMedium)
          sizeLimit 2 *quantity
        core.v1.GCEPersistentDiskVolumeSource
          pdName 1 string always required
          fsType 2 string
          partition 3 int32
          readOnly 4 bool
        core.v1.AWSElasticBlockStoreVolumeSource
          volumeID 1 string always required
          fsType 2 string
          partition 3 int32
          readOnly 4 bool
        core.v1.GitRepoVolumeSource
          repository 1 string always required
          revision 2 string
          directory 3 string
        core.v1.SecretVolumeSource
          secretName 1 string
          items 2 []core.v1.KeyToPath atomic
          defaultMode 3 *int32
          optional 4 *bool
        core.v1.NFSVolumeSource
          server 1 string always required
          path 2 string always required
          readOnly 3 bool
        core.v1.ISCSIVolumeSource
          targetPortal 1 string always required
          iqn 2 string always required
          lun 3 int32 always required
          iscsiInterface 4 string
          fsType 5 string
          readOnly 6 bool
          portals 7 []string atomic
          chapAuthDiscovery 8 bool
          chapAuthSession 11 bool
          secretRef 10 *core.v1.LocalObjectReference
          initiatorName 12 *string
        core.v1.GlusterfsVolumeSource
          endpoints 1 string always required
          path 2 string always required
          readOnly 3 bool
        core.v1.PersistentVolumeClaimVolumeSource
          claimName 1 string always required
          readOnly 2 bool
        core.v1.RBDVolumeSource
          monitors 1 []string always required atomic
          image 2 string always required
          fsType 3 string
          pool 4 string
          user 5 string
          keyring 6 string
          secretRef 7 *core.v1.LocalObjectReference
          readOnly 8 bool
        core.v1.FlexVolumeSource
          driver 1 string always required
          fsType 2 string
          secretRef 3 *core.v1.LocalObjectReference
          readOnly 4 bool
          options 5 {}string
        core.v1.CinderVolumeSource
          volumeID 1 string always required
          fsType 2 string
          readOnly 3 bool
          secretRef 4 *core.v1.LocalObjectReference
        core.v1.CephFSVolumeSource
          monitors 1 []string always required atomic
          path 2 string
          user 3 string
          secretFile 4 string
          secretRef 5 *core.v1.LocalObjectReference
          readOnly 6 bool
        core.v1.FlockerVolumeSource
          datasetName 1 string
          datasetUUID 2 string
        core.v1.DownwardAPIVolumeSource
          items 1 []core.v1.DownwardAPIVolumeFile atomic
          defaultMode 2 *int32
        core.v1.FCVolumeSource
          targetWWNs 1 []string atomic
          lun 2 *int32
          fsType 3 string
          readOnly 4 bool
          wwids 5 []string atomic
        core.v1.AzureFileVolumeSource
          secretName 1 string always required
          shareName 2 string always required
          readOnly 3 bool
        core.v1.ConfigMapVolumeSource
          + 1 core.v1.LocalObjectReference
          items 2 []core.v1.KeyToPath atomic
          defaultMode 3 *int32
          optional 4 *bool
        core.v1.VsphereVirtualDiskVolumeSource
          volumePath 1 string always required
          fsType 2 string
          storagePolicyName 3 string
          storagePolicyID 4 string
        core.v1.QuobyteVolumeSource
          registry 1 string always required
          volume 2 string always required
          readOnly 3 bool
          user 4 string
          group 5 string
          tenant 6 string
        core.v1.AzureDiskVolumeSource
          diskName 1 string always required
          diskURI 2 string always required
          cachingMode 3 *string(v1.AzureDataDiskCachingMode)
          fsType 4 *string
          readOnly 5 *bool
          kind 6 *string(v1.AzureDataDiskKind)
        core.v1.PhotonPersistentDiskVolumeSource
          pdID 1 string always required
          fsType 2 string
        core.v1.ProjectedVolumeSource
          sources 1 []core.v1.VolumeProjection always atomic
          defaultMode 2 *int32
        core.v1.PortworxVolumeSource
          volumeID 1 string always required
          fsType 2 string
          readOnly 3 bool
        core.v1.ScaleIOVolumeSource
          gateway 1 string always required
          system 2 string always required
          secretRef 3 *core.v1.LocalObjectReference always required
          sslEnabled 4 bool
          protectionDomain 5 string
          storagePool 6 string
          storageMode 7 string
          volumeName 8 string
          fsType 9 string
          readOnly 10 bool
        core.v1.StorageOSVolumeSource
          volumeName 1 string
          volumeNamespace 2 string
          fsType 3 string
          readOnly 4 bool
          secretRef 5 *core.v1.LocalObjectReference
        core.v1.CSIVolumeSource
          driver 1 string always required
          readOnly 2 *bool
          fsType 3 *string
          volumeAttributes 4 {}string
          nodePublishSecretRef 5 *core.v1.LocalObjectReference
        core.v1.EphemeralVolumeSource
          volumeClaimTemplate 1 *core.v1.PersistentVolumeClaimTemplate
        core.v1.ImageVolumeSource
          reference 1 string
          pullPolicy 2 string(v1.PullPolicy)
        core.v1.KeyToPath
          key 1 string always required
          path 2 string always required
          mode 3 *int32
        core.v1.DownwardAPIVolumeFile
          path 1 string always required
          fieldRef 2 *core.v1.ObjectFieldSelector
          resourceFieldRef 3 *core.v1.ResourceFieldSelector
          mode 4 *int32
        core.v1.VolumeProjection
          secret 1 *core.v1.SecretProjection
          downwardAPI 2 *core.v1.DownwardAPIProjection
          configMap 3 *core.v1.ConfigMapProjection
          serviceAccountToken 4 *core.v1.ServiceAccountTokenProjection
          clusterTrustBundle 5 *core.v1.ClusterTrustBundleProjection
          podCertificate 6 *core.v1.PodCertificateProjection
        core.v1.PersistentVolumeClaimTemplate
          metadata 1 meta.v1.ObjectMeta | What all objects have in common.
          spec 2 core.v1.PersistentVolumeClaimSpec always required | What is wanted.
        core.v1.SecretProjection
          + 1 core.v1.LocalObjectReference
          items 2 []core.v1.KeyToPath atomic
          optional 4 *bool
        core.v1.DownwardAPIProjection
          items 1 []core.v1.DownwardAPIVolumeFile atomic
        core.v1.ConfigMapProjection
          + 1 core.v1.LocalObjectReference
          items 2 []core.v1.KeyToPath atomic
          optional 4 *bool
        core.v1.ClusterTrustBundleProjection
          name 1 *string
          signerName 2 *string
          labelSelector 3 *meta.v1.LabelSelector
          optional 5 *bool
          path 4 string always required
        core.v1.PodCertificateProjection
          signerName 1 string required
          keyType 2 string required
          maxExpirationSeconds 3 *int32
          credentialBundlePath 4 string
          keyPath 5 string
          certificateChainPath 6 string
          userAnnotations 7 {}string
        core.v1.PersistentVolumeClaimSpec
          accessModes 1 []string(v1.PersistentVolumeAccessMode) atomic
          selector 4 *meta.v1.LabelSelector
          resources 2 core.v1.VolumeResourceRequirements
          volumeName 3 string
          storageClassName 5 *string
          volumeMode 6 *string(v1.PersistentVolumeMode)
          dataSource 7 *core.v1.TypedLocalObjectReference
          dataSourceRef 8 *core.v1.TypedObjectReference
          volumeAttributesClassName 9 *string
        """#
}
