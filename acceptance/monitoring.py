#!/usr/bin/python3
"""
The figures are there: with the shop deployed and under load, every panel of the API, Redis and Postgres dashboards
gets data from the real Prometheus, every target is up, every rule is healthy, and nothing but the Watchdog fires.

    acceptance/monitoring.py

The dashboards are read from the golden template of Grafana, which a test keeps equal to what is rendered, because
Grafana itself is not part of Debian.
"""

import json
import re
import sys
import time
import urllib.parse
import urllib.request
from collections import Counter

from yard import REPOSITORY, StackCopy, Trickle, Yard, is_listening

GOLDEN = REPOSITORY / "Tests/ManifestsTests/Golden/grafana.txt"
# Scrapes and rules come every 2 s here; a rate needs a few of them.
INTERVAL = "2s"
PATIENCE = 90
# Where the Prometheus of a stack asks for the figures of the controller.
CONTROLLER = 9466
# Which job each dashboard is asked for, and those of which every panel must have data.
JOBS = {"slipway-api": "api", "slipway-redis": "redis-exporter", "slipway-postgres": "postgres-exporter",
        "slipway-edge": "edge"}  # fmt: skip


def main() -> None:
    with Yard("monitoring") as yard:
        shop = yard.copy("stacks/shop")
        shop.edit("healthyFor: 3s", "healthyFor: 1s")
        shop.edit(r"local: +\{directory: [^}]+\}", f"local: {{directory: {yard.root / 'vault'}}}")
        shop.edit(r"to: \[local, offsite\]", "to: [local]")
        shop.edit(r"^  offsite: .*\n", "")
        shop.edit(r"kind: prometheus,", f"kind: prometheus, scrapeInterval: {INTERVAL},")
        deployed = shop.deploy()
        if yard.check("the shop is deployed", deployed.code == 0, f"{deployed.seconds:.1f} s", details=deployed):
            run = shop.slipway("plan", "--exit-code")
            yard.check("a second deploy would change nothing", run.code == 0, details=run)
            yard.check("no controller runs beside this test", not is_listening(CONTROLLER))
            shop.slipway("backup", "run")
            shop.slipway("backup", "prove")
            controller = yard.start("controller", "--listen", f"127.0.0.1:{CONTROLLER}")
            prometheus, patience = Prometheus(shop), time.monotonic() + PATIENCE
            while not prometheus.has("slipway_controller_last_pass_timestamp_seconds") and time.monotonic() < patience:
                time.sleep(0.5)
            with Trickle(shop.url + "/health"):
                observe(yard, Prometheus(shop))
            controller.kill(15)
            controller.wait(30)
            yard.check("without a controller its alert is on its way", pending(Prometheus(shop), "ControllerDown"))
        down = shop.down()
        yard.check("the shop is taken down", down.code == 0, f"{down.seconds:.1f} s", details=down)
        yard.check_nothing_left()
    sys.exit(yard.exit_code)


class Prometheus:
    def __init__(self, stack: StackCopy):
        found = next(each for each in stack.status()["services"] if each["name"] == "prometheus")
        self.address = "{host}:{port}".format_map(found["address"])

    def ask(self, path: str, **parameters: str) -> dict:
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as reply:
            return json.load(reply)["data"]

    def has(self, expression: str) -> bool:
        return any(value != "NaN" for sample in self.ask("query", query=expression)["result"]
                   for value in [sample["value"][1]])  # fmt: skip


def observe(yard: Yard, prometheus: Prometheus) -> None:
    missing = wait_for_panels(prometheus)
    for uid, titles in missing.items():
        total = len(panels(uid))
        yard.check(f"every panel of {uid} has data", not titles, f"{total - len(titles)} of {total}", details=titles)
    down = [f"{each['labels']['job']}: {each['lastError']}" for each in prometheus.ask("targets")["activeTargets"]
            if each["health"] != "up"]  # fmt: skip
    jobs = Counter(each["labels"]["job"] for each in prometheus.ask("targets")["activeTargets"])
    yard.check("every target is up", not down and jobs["api"] == 2, str(dict(jobs)), details=down)
    rules = [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]
    ill = [f"{rule['name']}: {rule.get('lastError')}" for rule in rules if rule["health"] != "ok"]
    yard.check("every rule is evaluated", rules and not ill, f"{len(rules)} rules", details=ill)
    firing = {each["labels"]["alertname"] for each in prometheus.ask("alerts")["alerts"] if each["state"] == "firing"}
    yard.check("only the Watchdog fires", firing == {"Watchdog"}, details=firing)


def pending(prometheus: Prometheus, name: str) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if any(each["labels"]["alertname"] == name for each in prometheus.ask("alerts")["alerts"]):
            return True
        time.sleep(1)
    return False


def wait_for_panels(prometheus: Prometheus) -> dict[str, list[str]]:
    """The queries without data, by dashboard, once all have some or patience has ended."""
    deadline = time.monotonic() + PATIENCE
    while True:
        missing = {
            uid: [f"{title}: {expression}" for title, expression in panels(uid) if not prometheus.has(expression)]
            for uid in JOBS
        }
        if not any(missing.values()) or time.monotonic() > deadline:
            return missing
        time.sleep(2)


def panels(uid: str) -> list[tuple[str, str]]:
    """Each query with the title of its panel, with everything chosen as Grafana would."""
    found = re.search(rf"^=== dashboards/\w+/{uid}\.json\n(.*?)(?=^===|\Z)", GOLDEN.read_text(), re.M | re.S)
    chosen = {"$job": JOBS[uid], "$instance": ".*", "$__rate_interval": "20s"}
    queries = []
    for panel in json.loads(found[1])["panels"]:
        for target in panel.get("targets", []):
            expression = target["expr"]
            for name, value in chosen.items():
                expression = expression.replace(name, value)
            queries.append((panel["title"], expression))
    return queries


if __name__ == "__main__":
    main()
