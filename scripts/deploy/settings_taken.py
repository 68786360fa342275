"""Asks the program whether it takes what the chart's pods run with: their arguments, and their settings together.

    settings_taken.py PROGRAM deploy/helm/golden/pods.json
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

# What Secrets of an operator might have.
SECRETS = {
    "DATABASE_URL": "postgres://ana:hunter2@db/matchday",
    "REDIS_URL": "redis://cache:6379",
    "KAFKA_SASL_USERNAME": "ana",
    "KAFKA_SASL_PASSWORD": "hunter2",
    "MATCHDAY_JWT_SECRET": "kX7mQ2vT9pLw4RzB8nYc3HsD6fGj1AeU",
    "MATCHDAY_MAIL_SMTP_URL": "smtps://ana:hunter2@mail.example.com",
    "STRIPE_SECRET_KEY": "sk_live_Q4nT8vXw2LbR7yJm5KcZ9dHs",
    "STRIPE_WEBHOOK_SECRET": "whsec_Q4nT8vXw2LbR7yJm5KcZ9dHs3GfAe6Pu",
}
# Read by the runtime, and not the program's.
OF_THE_RUNTIME = {"TOKIO_WORKER_THREADS"}


def ask(program, arguments, variables, folder):
    environment = {"PATH": os.environ["PATH"], **variables}
    return subprocess.run([program, *arguments], env=environment, cwd=folder, capture_output=True, text=True, timeout=60)


def complaints(program, pod, folder):
    """What the program has against a pod."""
    told = ask(program, [*pod["args"], "--help"], {}, folder)
    if told.returncode:
        yield f"its arguments {pod['args']}: {told.stderr.strip()}"

    authority = pathlib.Path(folder, "ca.crt")
    authority.touch()
    settings = dict(pod["settings"])
    if "KAFKA_SSL_CA_LOCATION" in settings:
        settings["KAFKA_SSL_CA_LOCATION"] = str(authority)
    variables = {**settings, **{name: SECRETS[name] for name in pod["secrets"]}}
    if pod["args"] == ["storefront"]:
        # `matchday config` judges for the API, which stands on more.
        variables = {**SECRETS, "KAFKA_BROKERS": "kafka:9093", "KAFKA_SECURITY_PROTOCOL": "SASL_SSL", **variables}
    told = ask(program, ["config"], variables, folder)
    if told.returncode:
        yield told.stderr.strip()
        return
    for name in sorted(set(settings) - OF_THE_RUNTIME):
        if f"# {name}\n" not in told.stdout:
            yield f"{name} changes nothing"


program, pods = os.path.abspath(sys.argv[1]), json.loads(pathlib.Path(sys.argv[2]).read_text())
failed = False
with tempfile.TemporaryDirectory() as folder:
    for pod in pods:
        for complaint in complaints(program, pod, folder):
            failed = True
            print(f"{pod['pod']}: {complaint}")
sys.exit(failed)
