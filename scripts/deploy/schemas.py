"""Writes strict JSON schemas of the objects in rendered files, for kubeconform, which would look for them on the web.

    schemas.py VERSION FOLDER --rendered FILE... --definitions CRD...

Those of Kubernetes come out of the package kubernetes-validate, each with the definitions that it refers to; those of others out of the
definitions of their resources (CRDs).
"""

import argparse
import json
import pathlib
import re

import kubernetes_validate
import yaml


def name(kind, api_version):
    """As kubeconform asks for it: deployment-apps-v1, service-v1, httproute-gateway-v1."""
    group_and_version = re.sub(r"^([^./]*)(?:[.][^/]*)?/", r"\1-", api_version)
    return f"{kind.lower()}-{group_and_version}.json"


def definitions_below(node, definitions, found):
    """The definitions that a schema refers to, however far away, each once; references become ones of the same file."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            named = reference.rsplit("/", 1)[1]
            node["$ref"] = f"#/$defs/{named}"
            if named not in found:
                found[named] = definitions[named]
                definitions_below(found[named], definitions, found)
        for child in node.values():
            definitions_below(child, definitions, found)
    elif isinstance(node, list):
        for child in node:
            definitions_below(child, definitions, found)


def of_kubernetes(version, file):
    package = pathlib.Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
    (folder,) = package.glob(f"v{version}.*-local-strict")
    if not (folder / file).exists():
        return None
    schema = json.loads((folder / file).read_text())
    definitions = json.loads((folder / "_definitions.json").read_text())["$defs"]
    found = {}
    definitions_below(schema, definitions, found)
    return {**schema, "$defs": found}


def closed(node):
    """The same schema, which takes no field that it does not name."""
    if isinstance(node, dict):
        node = {key: closed(value) for key, value in node.items()}
        if "properties" in node and not node.get("x-kubernetes-preserve-unknown-fields"):
            node.setdefault("additionalProperties", False)
    elif isinstance(node, list):
        node = [closed(child) for child in node]
    return node


def of_others(files):
    schemas = {}
    for file in files:
        for definition in filter(None, yaml.safe_load_all(pathlib.Path(file).read_text())):
            if definition["kind"] != "CustomResourceDefinition":
                continue
            spec = definition["spec"]
            for version in spec["versions"]:
                schema = closed(version["schema"]["openAPIV3Schema"])
                schema["properties"]["metadata"] = {"type": "object"}
                schemas[name(spec["names"]["kind"], f"{spec['group']}/{version['name']}")] = schema
    return schemas


parser = argparse.ArgumentParser()
parser.add_argument("version")
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--rendered", nargs="+", type=pathlib.Path)
parser.add_argument("--definitions", nargs="+", type=pathlib.Path)
arguments = parser.parse_args()

others = of_others(arguments.definitions)
arguments.folder.mkdir(parents=True, exist_ok=True)
for rendered in arguments.rendered:
    for document in filter(None, yaml.safe_load_all(rendered.read_text())):
        file = name(document["kind"], document["apiVersion"])
        schema = of_kubernetes(arguments.version, file) or others.get(file)
        # What is missing here, kubeconform finds missing.
        if schema and not (arguments.folder / file).exists():
            (arguments.folder / file).write_text(json.dumps(schema))
