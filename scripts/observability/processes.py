"""The processes of a check: a program on embedded parts, and a Prometheus that reads it. Each ends with its `stop`."""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

START_SECONDS = 90
STOP_SECONDS = 20


def free_port():
    """A port of loopback at which no other program listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def until(seconds, what, holds):
    """Waits until `holds` returns something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        found = holds()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"gave up waiting for {what}")
        time.sleep(0.2)


def got(url, timeout=10):
    """The status and the text of a page."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


class Process:
    """A child whose output is kept, and that is ended by its own id."""

    def __init__(self, command, folder, env):
        self.lines = []
        self.child = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.child.stdout:
            self.lines.append(line.rstrip("\n"))

    def said(self, pattern):
        """The first thing that matches a pattern in what it has said, or None."""
        if self.child.poll() is not None:
            raise AssertionError(f"{self.child.args[0]} ended with {self.child.returncode}:\n" + "\n".join(self.lines[-40:]))
        found = (re.search(pattern, line) for line in list(self.lines))
        return next((match for match in found if match), None)

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self._reader.join(STOP_SECONDS)
        self.child.stdout.close()


class Program(Process):
    """The program, ready and with all matches of its bundled master list."""

    def __init__(self, binary, folder, settings):
        # Nothing else of the environment: what other tests run on must not come along.
        self.binary, self.folder = binary, folder
        self.env = {
            "PATH": os.environ["PATH"],
            "MATCHDAY_BIND": "127.0.0.1:0",
            "MATCHDAY_DATA_DIR": os.path.join(folder, "data"),
            **settings,
        }
        super().__init__([binary], folder, self.env)
        named = until(START_SECONDS, "the program's address", lambda: self.said(r"http://([\d.:]+)/graphql"))
        self.address = named.group(1)
        until(START_SECONDS, "the program to be ready", lambda: got(self.url("/readyz"))[0] == 200)

    def url(self, path):
        return f"http://{self.address}{path}"

    def role(self, *words, given=""):
        """Runs another of its roles beside it, on the same data."""
        done = subprocess.run(
            [self.binary, *words], cwd=self.folder, env=self.env, input=given, capture_output=True, text=True, timeout=60
        )
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


PROMETHEUS = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: matchday
    static_configs:
      - targets: ["{target}"]
        labels: {{site: cup}}
    metric_relabel_configs:
      - {{action: labeldrop, regex: exported_site}}
"""


class Prometheus(Process):
    """A Prometheus that reads a program every second, with the alerts of the site."""

    def __init__(self, folder, target, rules):
        config = os.path.join(folder, "prometheus.yml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(PROMETHEUS.format(target=target, rules=rules))
        self.address = f"127.0.0.1:{free_port()}"
        command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/tsdb"]
        command += ["--enable-feature=exemplar-storage"]
        super().__init__([*command, f"--web.listen-address={self.address}"], folder, {"PATH": os.environ["PATH"]})
        until(START_SECONDS, "the first scrape", lambda: self.query("up == 1"))

    def ask(self, path, **parameters):
        try:
            status, text = got(f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}")
        except OSError:
            # It does not listen yet.
            self.said("")
            return None
        return json.loads(text)["data"] if status == 200 else None

    def query(self, expression):
        """The values that an expression has now: numbers, and no NaN."""
        data = self.ask("query", query=expression)
        values = (float(sample["value"][1]) for sample in (data or {}).get("result", []))
        return [value for value in values if value == value]
