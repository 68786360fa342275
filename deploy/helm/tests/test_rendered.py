"""What must hold in every rendering of the chart, looked at in the golden files."""

import functools
import json
import pathlib
import re
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
CHART = ROOT / "deploy/helm/matchday"
GOLDEN = ROOT / "deploy/helm/golden"

# What the chart sets that is not the program's: read by its runtime.
OF_THE_RUNTIME = {"TOKIO_WORKER_THREADS"}
# Objects of values whose keys are the user's, or Kubernetes's.
OPEN = re.compile(
    r"definitions/(texts|tolerations/items|affinity/(node|pod|podAnti)Affinity|peers/items/(namespace|pod)Selector)"
    r"|networkPolicy/extraEgress/items"
)


@functools.cache
def renderings():
    """The objects of each rendering."""
    files = sorted(GOLDEN.glob("*.yaml"))
    return [(file.stem, [document for document in yaml.safe_load_all(file.read_text()) if document]) for file in files]


def templates():
    """Every pod's template, with the name of its rendering and the object that makes it."""
    for case, documents in renderings():
        for document in documents:
            template = document.get("spec", {}).get("template") if document["kind"] != "HTTPRoute" else None
            if template:
                yield case, document, template


def environment(template):
    return {variable["name"]: variable for variable in template["spec"]["containers"][0]["env"]}


def listed_settings():
    """The names by which the program takes settings, from the lists in its sources."""
    names = set()
    for folder in ("server/src/config", "security/src/config"):
        for file in (ROOT / folder).rglob("*.rs"):
            names.update(re.findall(r'\("[A-Za-z_.]+", "([A-Z_]+)", Kind::', file.read_text()))
    return names | edge_settings()


def edge_settings():
    """Those of the edge, named after the fields of its structs as server/src/config/catalog.rs does it."""
    text = "\n".join((ROOT / "transport/src" / name).read_text() for name in ("config.rs", "config/sockets.rs"))
    structs = {
        name: re.findall(r"^    pub ([a-z0-9_]+): ([A-Za-z0-9_:<>, ]+),$", body, re.MULTILINE)
        for name, body in re.findall(r"^pub struct (\w+) \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    }
    names = {"MATCHDAY_DRAIN_SECONDS", "MATCHDAY_SHUTDOWN_DELAY_SECONDS"}

    def visit(struct, prefix):
        for field, kind in structs[struct]:
            path = f"{prefix}_{field}".upper()
            of = kind.split("::")[-1]
            if of in structs:
                visit(of, path)
            else:
                names.add(path)

    visit("Config", "MATCHDAY_TRANSPORT")
    return names


def matches(selector, labels):
    return all(labels.get(name) == value for name, value in selector.items())


class Rendered(unittest.TestCase):
    def test_every_setting_that_a_pod_has_is_one_of_the_program(self):
        known = listed_settings() | OF_THE_RUNTIME
        self.assertIn("MATCHDAY_TRANSPORT_CONNECTIONS_MAX_CONNECTIONS", known)
        for case, owner, template in templates():
            unknown = set(environment(template)) - known
            self.assertFalse(unknown, f"{case}: {owner['kind']} {owner['metadata']['name']}")

    def test_no_pod_is_given_variables_for_services_which_the_program_would_refuse(self):
        for case, owner, template in templates():
            self.assertIs(template["spec"]["enableServiceLinks"], False, f"{case}: {owner['metadata']['name']}")

    def test_no_pod_has_a_token_of_the_cluster_or_a_right_that_it_does_not_need(self):
        for case, owner, template in templates():
            what = f"{case}: {owner['metadata']['name']}"
            spec, container = template["spec"], template["spec"]["containers"][0]["securityContext"]
            self.assertIs(spec["automountServiceAccountToken"], False, what)
            self.assertIs(spec["securityContext"]["runAsNonRoot"], True, what)
            self.assertEqual(spec["securityContext"]["runAsUser"], 65532, what)
            self.assertEqual(spec["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"}, what)
            self.assertEqual(
                container,
                {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                what,
            )

    def test_a_pod_gets_as_long_as_its_program_may_take_to_end(self):
        for case, owner, template in templates():
            settings = environment(template)
            if "MATCHDAY_DRAIN_SECONDS" not in settings:
                continue
            delay = int(settings.get("MATCHDAY_SHUTDOWN_DELAY_SECONDS", {"value": 0})["value"])
            # TASKS_PATIENCE in server/src/run.rs and CLOSING in server/src/program.rs.
            longest = delay + int(settings["MATCHDAY_DRAIN_SECONDS"]["value"]) + 10 + 5
            grace = template["spec"]["terminationGracePeriodSeconds"]
            self.assertGreaterEqual(grace, longest + 10, f"{case}: {owner['metadata']['name']}")

    def test_the_program_ends_within_what_the_chart_reckons_with(self):
        run, program = ((ROOT / "server/src" / name).read_text() for name in ("run.rs", "program.rs"))
        self.assertIn("TASKS_PATIENCE: Duration = Duration::from_secs(10)", run)
        self.assertIn("CLOSING: Duration = Duration::from_secs(5)", program)

    def test_secrets_are_named_and_never_made(self):
        secret = {"DATABASE_URL", "REDIS_URL", "MATCHDAY_JWT_SECRET", "MATCHDAY_MAIL_SMTP_URL", "STRIPE_SECRET_KEY"}
        for case, documents in renderings():
            self.assertNotIn("Secret", {document["kind"] for document in documents}, case)
        for case, owner, template in templates():
            for name in secret & set(environment(template)):
                self.assertIn("secretKeyRef", environment(template)[name]["valueFrom"], f"{case}: {name}")

    def test_the_migration_needs_nothing_of_the_chart(self):
        seen = 0
        for case, owner, template in templates():
            if owner["kind"] != "Job":
                continue
            seen += 1
            self.assertEqual(owner["metadata"]["annotations"]["helm.sh/hook"], "pre-install,pre-upgrade")
            self.assertEqual(template["spec"]["serviceAccountName"], "default", case)
            self.assertFalse([v for v in environment(template).values() if "configMapKeyRef" in v.get("valueFrom", {})])
            ours = {document["metadata"]["name"] for document in dict(renderings())[case] if document["kind"] == "ConfigMap"}
            named = {volume["configMap"]["name"] for volume in template["spec"]["volumes"] if "configMap" in volume}
            self.assertFalse(ours & named, case)
        self.assertGreaterEqual(seen, 3)

    def test_every_selector_finds_the_pods_that_it_is_for_and_no_others(self):
        for case, documents in renderings():
            pods = [t["metadata"]["labels"] for c, owner, t in templates() if c == case]
            for document in documents:
                spec, name = document.get("spec", {}), document["metadata"]["name"]
                if document["kind"] == "Service":
                    selector = spec["selector"]
                elif document["kind"] in ("PodDisruptionBudget", "Deployment", "StatefulSet"):
                    selector = spec["selector"]["matchLabels"]
                elif document["kind"] == "NetworkPolicy" and not name.endswith("default-deny"):
                    selector = spec["podSelector"]["matchLabels"]
                else:
                    continue
                found = [pod for pod in pods if matches(selector, pod)]
                self.assertEqual(len(found), 1, f"{case}: {document['kind']} {name}")

    def test_what_is_scaled_is_there_and_has_no_replicas_of_its_own(self):
        seen = 0
        for case, documents in renderings():
            deployments = {d["metadata"]["name"]: d for d in documents if d["kind"] == "Deployment"}
            for document in documents:
                if document["kind"] == "HorizontalPodAutoscaler":
                    seen += 1
                    self.assertNotIn("replicas", deployments[document["spec"]["scaleTargetRef"]["name"]]["spec"], case)
        self.assertGreaterEqual(seen, 2)

    def test_every_pod_is_under_the_policy_that_denies_and_one_that_permits(self):
        for case, documents in renderings():
            policies = [d["spec"]["podSelector"]["matchLabels"] for d in documents if d["kind"] == "NetworkPolicy"]
            for _, owner, template in (found for found in templates() if found[0] == case):
                over = [policy for policy in policies if matches(policy, template["metadata"]["labels"])]
                self.assertEqual(len(over), 2, f"{case}: {owner['metadata']['name']}")

    def test_no_rule_of_a_policy_is_for_any_peer(self):
        for case, documents in renderings():
            for document in (d for d in documents if d["kind"] == "NetworkPolicy"):
                for rule in document["spec"].get("ingress", []) + document["spec"].get("egress", []):
                    what = f"{case}: {document['metadata']['name']}"
                    self.assertTrue(rule.get("from") or rule.get("to"), what)
                    self.assertTrue(rule.get("ports"), what)

    def test_sockets_and_streams_have_no_time_out_at_the_gateway(self):
        routes = [d for _, documents in renderings() for d in documents if d["kind"] == "HTTPRoute"]
        self.assertTrue(routes)
        for route in routes:
            by_path = {match["path"]["value"]: rule for rule in route["spec"]["rules"] for match in rule["matches"]}
            self.assertEqual(by_path["/graphql"]["timeouts"], {"request": "0s", "backendRequest": "0s"})
            self.assertIn("request", by_path["/"]["timeouts"])

    def test_what_is_scraped_has_the_labels_that_alerts_go_by(self):
        monitors = [d for _, documents in renderings() for d in documents if d["kind"] == "ServiceMonitor"]
        self.assertTrue(monitors)
        for monitor in monitors:
            (endpoint,) = monitor["spec"]["endpoints"]
            given = {(rule["targetLabel"], rule["replacement"]) for rule in endpoint["relabelings"]}
            self.assertLessEqual({("site", "cup-tickets"), ("job", "matchday"), ("job", "matchday-storefront")}, given)

    def test_a_worker_keeps_its_name_over_its_restarts(self):
        workers = [(c, t) for c, owner, t in templates() if owner["kind"] == "StatefulSet"]
        self.assertTrue(workers)
        for case, template in workers:
            field = environment(template)["MATCHDAY_KAFKA_INSTANCE_ID"]["valueFrom"]["fieldRef"]["fieldPath"]
            self.assertEqual(field, "metadata.name", case)

    def test_beside_workers_serve_takes_no_partitions(self):
        for case, documents in renderings():
            has_workers = any(document["kind"] == "StatefulSet" for document in documents)
            (args,) = (
                d["spec"]["template"]["spec"]["containers"][0]["args"]
                for d in documents
                if d["kind"] == "Deployment" and d["metadata"]["labels"]["app.kubernetes.io/component"] == "serve"
            )
            self.assertEqual(args, ["serve", "--visitors-only"] if has_workers else ["serve"], case)


class Values(unittest.TestCase):
    schema = json.loads((CHART / "values.schema.json").read_text())

    def test_the_schema_takes_no_value_that_it_does_not_name(self):
        seen = []

        def visit(node, path):
            if isinstance(node, dict):
                if "object" in node.get("type", []):
                    seen.append(path)
                    closed = node.get("additionalProperties") is False
                    self.assertTrue(closed or OPEN.search(path), f"{path} takes what it does not name")
                for name, child in node.items():
                    visit(child, path if name in ("properties", "patternProperties") else f"{path}/{name}")

        visit(self.schema, "")
        self.assertGreater(len(seen), 20)

    def test_every_value_is_in_the_schema_and_every_named_one_has_a_default(self):
        values = yaml.safe_load((CHART / "values.yaml").read_text())

        def resolved(node):
            return self.schema["definitions"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node

        # Filled by the user alone.
        free = {"existingSecrets", "settings", "files", "global"}

        def compare(value, node, path):
            node = resolved(node)
            if node.get("type") != "object" or "properties" not in node or path in free:
                return
            if path.endswith((".affinity", ".resources")):
                return
            named = set(node["properties"]) - {"global"}
            self.assertEqual(set(value), named, path or "the top")
            for name in named:
                compare(value[name], node["properties"][name], f"{path}.{name}".strip("."))

        compare(values, self.schema, "")

    def test_the_chart_has_the_version_of_the_program(self):
        chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
        version = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE).group(1)
        self.assertEqual((chart["version"], chart["appVersion"]), (version, version))

    def test_what_is_secret_can_be_given_by_a_secret(self):
        known = set(self.schema["properties"]["existingSecrets"]["properties"])
        self.assertLessEqual(known, listed_settings())
        for struct, setting in {
            "accounts.rs": "MATCHDAY_JWT_SECRET",
            "database.rs": "DATABASE_URL",
            "mail.rs": "MATCHDAY_MAIL_SMTP_URL",
            "oidc.rs": "MATCHDAY_OIDC_CLIENT_SECRET",
            "redis.rs": "REDIS_URL",
            "stripe.rs": "STRIPE_WEBHOOK_SECRET",
        }.items():
            self.assertRegex((ROOT / "server/src/config" / struct).read_text(), r": Option<Secret(Url)?>", struct)
            self.assertIn(setting, known)


if __name__ == "__main__":
    unittest.main()
