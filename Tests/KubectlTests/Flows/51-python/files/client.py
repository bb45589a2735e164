"""List, watch and patch with the Kubernetes client for Python."""
import os
import threading

from kubernetes import client, config, watch

config.load_kube_config()
namespace = os.environ["NS"]
core = client.CoreV1Api()
core.create_namespaced_service(namespace, {
    "metadata": {"name": "web", "labels": {"app": "web"}},
    "spec": {"ports": [{"port": 80}], "selector": {"app": "web"}}})
services = core.list_namespaced_service(namespace, label_selector="app=web")
print("listed", [service.metadata.name for service in services.items], services.items[0].spec.type)


def change():
    core.patch_namespaced_service("web", namespace, {"spec": {"sessionAffinity": "ClientIP"}})
    core.patch_namespaced_service("web", namespace, {"metadata": {"labels": {"app": "shop"}}})
    core.delete_namespaced_service("web", namespace)


thread = threading.Thread(target=change)
thread.start()
events = watch.Watch()
for event in events.stream(core.list_namespaced_service, namespace, label_selector="app",
                           resource_version=services.metadata.resource_version, timeout_seconds=30):
    service = event["object"]
    print(event["type"], service.metadata.name, service.metadata.labels["app"], service.spec.session_affinity)
    if event["type"] == "DELETED":
        events.stop()
thread.join()

discovery = client.DiscoveryV1Api()
slice = discovery.create_namespaced_endpoint_slice(namespace, {
    "metadata": {"name": "web-1", "labels": {"kubernetes.io/service-name": "web"}}, "addressType": "IPv4",
    "ports": [{"name": "", "port": 8080}],
    "endpoints": [{"addresses": ["10.244.0.7"], "conditions": {"ready": True}}]})
print("created", slice.metadata.name, slice.endpoints[0].addresses, slice.ports[0].port)
pages = core.list_namespaced_config_map(namespace, limit=1)
print("paged", len(pages.items), pages.metadata._continue is None)
try:
    core.read_namespaced_service("nope", namespace)
except client.ApiException as error:
    print("refused", error.status, error.reason)
