"""Prints a pod for each template of a rendered chart, so that an API server without controllers judges them as it would.

    as_pods.py RENDERED.yaml
"""

import pathlib
import sys

import yaml

pods = []
for document in filter(None, yaml.safe_load_all(pathlib.Path(sys.argv[1]).read_text())):
    if document["kind"] in ("Deployment", "StatefulSet", "Job"):
        template = document["spec"]["template"]
        metadata = {**template["metadata"], "name": document["metadata"]["name"]}
        pods.append({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]})
print(yaml.safe_dump_all(pods))
