"""Prints what the pods of rendered charts run with, as JSON: the program's own tests read it (server/src/config/tests/chart.rs).

    pods.py deploy/helm/golden/*.yaml
"""

import json
import pathlib
import sys

import yaml

pods = []
for file in map(pathlib.Path, sys.argv[1:]):
    for document in filter(None, yaml.safe_load_all(file.read_text())):
        if document["kind"] not in ("Deployment", "StatefulSet", "Job"):
            continue
        container = document["spec"]["template"]["spec"]["containers"][0]
        variables = container["env"]
        pods.append(
            {
                "pod": f"{file.stem} {document['metadata']['name']}",
                "args": container["args"],
                "settings": {v["name"]: v["value"] for v in variables if "value" in v},
                "secrets": [v["name"] for v in variables if "secretKeyRef" in v.get("valueFrom", {})],
            }
        )
print(json.dumps(pods, indent=1))
