"""What operators look at, each check a test: `scripts/check-observability` runs them.

`Files` needs no program: rules and their tests, anchors, queries. `Exercised` has fans use a program, and a Prometheus read it.
"""

import http.server
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

import log_lines
from fans import CHECK_IN, EVENTS, MATCHES, OFFER, ORDER, PARTS, PASSWORD, PAY, REFUND, RESERVE, SIGN_IN, Fan, Socket
from processes import Program, Prometheus, got, until

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "observability"
RULES = FOLDER / "alerts.yaml"
RULE_TESTS = FOLDER / "alerts.test.yaml"
DOCUMENT = ROOT / "docs" / "run" / "alerts.md"
FAMILIES = ROOT / "server" / "src" / "telemetry" / "families.rs"

# Long enough for two scrapes after the last of what fans do.
SEEN_SECONDS = 60
# What Grafana puts in for its own names.
RANGE = "1m"

# A key of RFC 8037, for an identity provider that signs nothing here.
KEY = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "a", "alg": "EdDSA"}


def dashboard():
    return json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))


def panels():
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def queries():
    """Each query of the dashboard as Prometheus is asked it, with the names of its panel and of itself."""
    for panel in panels():
        for target in panel["targets"]:
            asked = target["expr"].replace("$__rate_interval", RANGE).replace("$site", ".*").replace("$instance", ".*")
            yield panel["title"], target["legendFormat"], asked


def alerts():
    return re.findall(r"^ +- alert: (\w+)$", RULES.read_text(encoding="utf-8"), re.MULTILINE)


def promtool(*words, given=None):
    return subprocess.run(["promtool", *words], input=given, capture_output=True, text=True, timeout=240)


class Files(unittest.TestCase):
    """Alerts, their tests and their documents, and the dashboard's queries."""

    def assert_fine(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_rules_and_the_example_configuration_are_valid(self):
        self.assert_fine(promtool("check", "rules", str(RULES)))
        self.assert_fine(promtool("check", "config", str(FOLDER / "prometheus.yml")))

    def test_each_alert_fires_and_does_not_fire_as_its_test_says(self):
        self.assert_fine(promtool("test", "rules", str(RULE_TESTS)))

    def test_each_alert_is_tested_firing_and_not_firing(self):
        text = RULE_TESTS.read_text(encoding="utf-8")
        quiet = set(re.findall(r"alertname: (\w+), exp_alerts: \[\]", text))
        firing = set(re.findall(r"alertname: (\w+)\n +exp_alerts:\n +- exp_labels", text))
        self.assertGreaterEqual(len(alerts()), 12)
        self.assertEqual(len(alerts()), len(set(alerts())), "two alerts of one name")
        self.assertEqual(quiet, set(alerts()), "not firing")
        self.assertEqual(firing, set(alerts()), "firing")

    def test_each_alert_has_its_part_in_the_document_and_a_link_to_it(self):
        parts = re.findall(r"^### (\w+)$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
        self.assertEqual(sorted(parts), sorted(alerts()), "parts of docs/run/alerts.md and alerts")
        rules = RULES.read_text(encoding="utf-8")
        link = re.compile(r"- alert: (\w+)$(?:(?!- alert:).)*?runbook: docs/run/alerts\.md#(\S+)$", re.MULTILINE | re.DOTALL)
        linked = link.findall(rules)
        self.assertEqual(dict(linked), {alert: alert.lower() for alert in alerts()})

    def test_the_page_on_logs_has_each_error_and_no_line_that_the_program_does_not_write(self):
        logged, named = log_lines.logged(), log_lines.named()
        errors = {sentence for sentence, level in logged.items() if level == "error" and "{" not in sentence}
        self.assertGreater(len(errors), 20)
        self.assertEqual(set(named["Errors"]), errors, "lines of the level ERROR")
        for heading, level in {"Warnings that matter": "warn", "Lines to search for": "info"}.items():
            for sentence in named[heading]:
                self.assertEqual(logged.get(sentence), level, sentence)

    def test_each_query_of_the_dashboard_can_be_parsed(self):
        rules = [{"record": f"panel:{number}", "expr": asked} for number, (_, _, asked) in enumerate(queries())]
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
            # JSON is YAML, too.
            json.dump({"groups": [{"name": "panels", "rules": rules}]}, file)
            file.flush()
            self.assert_fine(promtool("check", "rules", file.name))

    def test_each_panel_says_what_it_shows_and_in_which_unit(self):
        titles = [panel["title"] for panel in panels()]
        self.assertEqual(len(titles), len(set(titles)), "two panels of one title")
        for panel in panels():
            with self.subTest(panel["title"]):
                self.assertTrue(panel["description"].endswith("."))
                self.assertTrue(panel["fieldConfig"]["defaults"]["unit"])
                self.assertEqual(panel["datasource"]["uid"], "${datasource}")
                for target in panel["targets"]:
                    named = re.findall(r"\b(?:matchday|process)_\w+(\{[^}]*\})?", target["expr"])
                    chosen = [labels for labels in named if 'site=~"$site", instance=~"$instance"' in labels]
                    self.assertEqual(named, chosen, f"not of the site that is chosen: {target['expr']}")

    def test_only_families_that_the_program_has_are_asked_for(self):
        families = set(re.findall(r'"((?:matchday|process)_\w+)"', FAMILIES.read_text(encoding="utf-8")))
        rules = re.sub(r"^ +runbook:.*$", "", RULES.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for text in [asked for _, _, asked in queries()] + rules.splitlines():
            for name in re.findall(r"(?<![:\w])(?:matchday|process)_\w+", text):
                of = re.sub(r"_(bucket|sum|count)$", "", name)
                self.assertTrue(name in families or of in families, f"{name} in {text}")


class Exercised(unittest.TestCase):
    """A program that fans have used, as Prometheus reads it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="matchday-observability-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        provider = identity_provider()
        cls.addClassCleanup(provider.server_close)
        cls.addClassCleanup(provider.shutdown)
        issuer = f"http://127.0.0.1:{provider.server_address[1]}"
        settings = {
            "MATCHDAY_OIDC_ISSUER": issuer,
            "MATCHDAY_OIDC_AUDIENCES": "matchday",
            "MATCHDAY_OIDC_JWKS_URL": f"{issuer}/keys",
            # It takes spans too.
            "OTEL_EXPORTER_OTLP_ENDPOINT": issuer,
            # All fans come from one address here.
            "MATCHDAY_BOTS_FREE": "accountsOfAddress=1000,matchTicketsOfAddress=1000,declinedCardsOfAddress=1000",
        }
        if "REDIS_URL" in os.environ:
            settings["REDIS_URL"] = os.environ["REDIS_URL"]
            settings["CLIENT_ID"] = os.path.basename(cls.folder)
        cls.program = Program(os.environ["MATCHDAY_BIN"], cls.folder, settings)
        cls.addClassCleanup(cls.program.stop)
        cls.prometheus = Prometheus(cls.folder, cls.program.address, RULES)
        cls.addClassCleanup(cls.prometheus.stop)
        steward = ("user", "create", "steward@example.com", "--role", "steward", "--password-stdin")
        cls.program.role(*steward, given=f"{PASSWORD}\n")
        # Twice, so that what was counted first is seen to grow.
        for turn in (1, 2):
            exercise(cls.program, turn)

    def test_no_panel_is_empty(self):
        wanted = list(queries())
        deadline = time.monotonic() + SEEN_SECONDS
        watcher = Socket(self.program.address)
        self.addCleanup(watcher.stream.close)
        for match in itertools.cycle(range(1, 65)):
            got(self.program.url("/readyz"))
            Fan(self.program.address).does(MATCHES)
            # A state that no client has followed so far is rendered anew; a slow machine may have missed the first ones.
            watcher.subscribe(f"match-{match}", match)
            wanted = [query for query in wanted if not self.prometheus.query(query[2])]
            if not wanted or time.monotonic() > deadline:
                break
            time.sleep(1)
        empty = [f"{panel}, {legend}: {asked}" for panel, legend, asked in wanted]
        self.assertFalse(empty, "these have shown nothing:\n" + "\n".join(empty))

    def test_the_checker_of_prometheus_finds_nothing_in_the_metrics(self):
        status, text = got(self.program.url("/metrics"))
        self.assertEqual(status, 200)
        done = promtool("check", "metrics", given=text)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))
        names = re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE)
        self.assertEqual(len(names), len(set(names)), "a family stands twice")

    def test_prometheus_takes_exemplars_of_both_histograms(self):
        for family in ("matchday_http_answer_seconds", "matchday_event_to_socket_seconds"):

            def exemplars(family=family):
                span = {"start": time.time() - 600, "end": time.time() + 60}
                found = self.prometheus.ask("query_exemplars", query=f"{family}_bucket", **span) or []
                return [one["labels"] for series in found for one in series["exemplars"]]

            for labels in until(SEEN_SECONDS, f"an exemplar of {family}", exemplars):
                self.assertRegex(labels["trace_id"], r"^[0-9a-f]{32}$")
                self.assertRegex(labels["span_id"], r"^[0-9a-f]{16}$")

    def test_prometheus_takes_every_rule_and_none_of_a_healthy_site_fires(self):
        def rules():
            groups = (self.prometheus.ask("rules") or {}).get("groups", [])
            found = [rule for group in groups for rule in group["rules"]]
            return found if found and all(rule["health"] == "ok" for rule in found) else None

        found = until(SEEN_SECONDS, "all rules to be evaluated without an error", rules)
        self.assertEqual({rule["name"] for rule in found if rule["type"] == "alerting"}, set(alerts()))
        firing = [rule["name"] for rule in found if rule.get("state") == "firing"]
        self.assertEqual(firing, [])


def identity_provider():
    """A server that has a key, and no more of an identity provider. What is posted to it, such as spans, it takes."""

    class Keys(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps({"keys": [KEY]}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def exercise(program, turn):
    """Fans do all that the dashboard shows something of."""
    address = program.address
    anonymous = Fan(address)
    ana, ben = anonymous.signed_up(), anonymous.signed_up()
    for _ in range(3):
        anonymous.does(MATCHES)
    anonymous.refused("GRAPHQL_VALIDATION_FAILED", "{ nonsense }")

    watching = Socket(address)
    watching.subscribe("a", turn)
    ana.refused("NOT_FOUND", RESERVE, input={"matchNumber": 999, "category": 1, "quantity": 1})
    held = ana.holds(turn)
    assert watching.hear()["type"] == "next"
    ana.refused("PAYMENT_FAILED", PAY, input={"reservationId": held, "paymentMethod": "pm_card_visa_chargeDeclined"})
    ana.pays(held)
    watching.say({"id": "a", "type": "complete"})
    watching.say({"type": "nonsense"})
    assert watching.closed() == 4400
    anonymous.streams(EVENTS, turn, b"event: next")
    anonymous.streams(PARTS, turn, b'"version"')

    bought, _ = ana.buys(turn)
    ana.does(REFUND, input={"reservationId": bought})
    _, ticket = ana.buys(turn)
    scan = {"code": ticket["code"], "deviceId": "north", "nonce": str(turn)}
    steward = anonymous.signed_in("steward@example.com")
    assert steward.does(CHECK_IN, input=scan)["checkIn"]["checkIn"]["outcome"] == "ADMITTED"
    _, ticket = ana.buys(turn)
    offer = {"ticketId": ticket["id"], "title": "Behind the goal", "price": {"amount": "70.00"}}
    listing = ana.does(OFFER, input=offer)["createListing"]["listing"]["id"]
    order = ben.does(ORDER, input={"listingId": listing})["orderListing"]["order"]["id"]
    ben.pays(order)

    for _ in range(8):
        anonymous.ask(SIGN_IN, input={"email": f"nobody{turn}@example.com", "password": "not the password"})
    try:
        urllib.request.urlopen(program.url("/webhooks/stripe"), b"{}", timeout=10)
    except urllib.error.HTTPError as refused:
        assert refused.code == 400, refused.code


if __name__ == "__main__":
    unittest.main(verbosity=2)
