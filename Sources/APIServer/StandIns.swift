import KubernetesObjects

// Only until KubernetesObjects has these.
enum OpenAPIV3 {
    static func index(_ t: ResourceTable) -> JSONValue { ["paths": [:]] }
    static func document(_ t: ResourceTable, _ gv: GroupVersion) -> [UInt8]? { nil }
}
enum OpenAPIV2 { static func protobuf(_ t: ResourceTable) -> [UInt8] { [] } }
