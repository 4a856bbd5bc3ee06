#!/usr/bin/python3
"""
Renders stacks/shop for Compose and runs it on a real Docker Engine, without Slipway: everything healthy, orders through
the edge, replicas added and found, every text in the container as the spec says it, nothing left. Images are made here
from Debian's packages. Starts a Docker Engine of its own when none runs; as root.
"""

import http.client
import json
import re
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from engine import DockerEngine
from yard import StackCopy, Yard

NAME = "yard-shop"
# The last part of an official image's name is the stage that stands in for it.
STAGES = {"redis", "postgres", "prometheus", "alertmanager", "redis_exporter", "postgres-exporter", "haproxy", "grafana"}
HOSTILE = {
    "QUOTES": "it's \"quoted\" `twice`", "LINES": "one\ntwo\n\n  three\t\n", "BRACES": "{{ .Names }} {%x%}",
    "DOLLARS": "${HOME} $HOME $$ $ $(id)", "BANG": "!important", "COUNTRY": "no", "OCTAL": "08", "LONG": "x " * 1000,
    "FOREIGN": "größe \U0001f600 \u00a0\u2028", "EMPTY": "", "BLANK": " ", "HASH": "a #b", "COLON": "a: b",
    "ANCHOR": "&a", "ALIAS": "*a", "BACKSLASH": "a\\nb\\", "NOTHING": "null", "NUMBER": "1e3", "DATE": "2026-01-01",
    "SEXAGESIMAL": "1:30", "RETURN": "a\r\nb", "EQUALS": "a=b",
}  # fmt: skip


def main() -> None:
    with Yard("compose") as yard, DockerEngine() as engine:
        yard.note(f"the Docker Engine is {'one of our own' if engine.root else 'the one that runs'}")
        shop = yard.copy("stacks/shop", name=NAME)
        add_hostile_values(shop)
        project = Project(yard, engine, shop)
        project.render()
        try:
            project.make_images()
            project.come_up()
            project.place_orders()
            project.scale()
            project.check_environment()
            project.check_accounts()
            project.survive_restart()
        finally:
            project.down()
    sys.exit(yard.exit_code)


def add_hostile_values(shop: StackCopy) -> None:
    """Written as JSON, which is YAML. A doubled dollar is a dollar of the spec."""
    lines = [f"      {name}: {json.dumps(text.replace('$', '$$'), ensure_ascii=False)}" for name, text in HOSTILE.items()]
    spec = shop.spec.read_text()
    shop.spec.write_text(re.sub(r'(?m)^      APP_VERSION: .*$', lambda found: "\n".join([found[0], *lines]), spec))


class Project:
    def __init__(self, yard: Yard, engine: DockerEngine, shop: StackCopy):
        self.yard, self.engine, self.shop = yard, engine, shop
        self.folder = yard.root / "rendered"

    def compose(self, *arguments: object):
        return self.engine.run("docker-compose", *arguments, folder=self.folder)

    def containers(self, service: str | None = None) -> list[dict]:
        which = ["--filter", f"label=com.docker.compose.project={NAME}-local"]
        which += ["--filter", f"label=com.docker.compose.service={service}"] if service else []
        ids = self.engine.must("docker", "ps", "--all", "--quiet", "--no-trunc", *which).split()
        return json.loads(self.engine.must("docker", "inspect", *ids)) if ids else []

    # The promises

    def render(self) -> None:
        rendered = self.shop.slipway("render", "--target", "compose", "--output", self.folder)
        self.yard.check("renders", rendered.code == 0, f"{rendered.seconds:.1f} s", details=rendered)
        refused = self.compose("config", "-q")
        said = "run ./secrets.sh first" in refused.stdout
        self.yard.check("asks for secrets.sh", refused.returncode != 0 and said, details=refused.stdout)
        made = self.engine.run(self.folder / "secrets.sh")
        self.yard.check("makes its secrets", made.returncode == 0, details=made.stdout)
        accepted = self.compose("config", "-q")
        self.yard.check("docker-compose accepts it", accepted.returncode == 0, details=accepted.stdout)

    def make_images(self) -> None:
        began = time.monotonic()
        self.engine.make_base_image()
        config = self.engine.must("docker-compose", "config", folder=self.folder)
        for reference in sorted(set(re.findall(r"(?m)^    image: (\S+)$", config))):
            name = re.sub(r"[:@].*", "", reference.rsplit("/", 1)[-1])
            self.engine.make_image(reference, name if name in STAGES else "app", self.shop.path / "api")
        self.yard.note(f"images made in {time.monotonic() - began:.0f} s")

    def come_up(self) -> None:
        began = time.monotonic()
        up = self.compose("up", "-d")
        self.yard.check("docker-compose up -d", up.returncode == 0, f"{time.monotonic() - began:.0f} s", details=up.stdout)
        sick = self.wait_until_healthy()
        seconds = f"{len(self.containers())} containers, {time.monotonic() - began:.0f} s"
        self.yard.check("everything is healthy", not sick, seconds, details=self.reasons(sick))
        self.check_published()

    def check_published(self) -> None:
        published = {
            (port, place["HostIp"])
            for each in self.containers()
            for port, places in (each["HostConfig"]["PortBindings"] or {}).items()
            for place in places
        }
        expected = {("8080/tcp", ""), ("3000/tcp", "127.0.0.1"), ("9090/tcp", "127.0.0.1")}
        self.yard.check("the edge is published, figures on this machine alone", published == expected, sorted(published))
        for service, port, path in [("prometheus", 9090, "/-/ready"), ("grafana", 3000, "/api/health")]:
            place = self.compose("port", service, port).stdout.split()[-1]
            answer = self.engine.run("curl", "-fsS", f"http://{place}{path}")
            self.yard.check(f"{service} is reached where `port` says", answer.returncode == 0, place, details=answer.stdout)

    def wait_until_healthy(self, timeout: float = 180) -> list[dict]:
        """Those that are not healthy, or do not run, in the end."""
        deadline = time.monotonic() + timeout
        while True:
            sick = [each for each in self.containers() if not is_well(each)]
            if not sick or time.monotonic() > deadline:
                return sick
            time.sleep(1)

    def reasons(self, sick: list[dict]) -> str:
        lines = []
        for each in sick:
            lines += [each["Name"], json.dumps(each["State"])[:1500]]
            lines += [self.engine.run("docker", "logs", "--tail", "15", each["Id"]).stdout]
        return "\n".join(lines)

    def place_orders(self) -> None:
        placed = [self.ask("POST", "/v1/orders", {"item": "rope", "quantity": 1 + n}) for n in range(20)]
        codes = Counter(code for code, _ in placed)
        self.yard.check("orders through the edge", codes == {201: 20}, dict(codes), details=placed[-1])
        order = json.loads(placed[-1][1]) if placed[-1][0] == 201 else {}
        code, body = self.ask("GET", f"/v1/orders/{order.get('id')}")
        self.yard.check("an order is read back", code == 200 and json.loads(body) == order, details=body)

    def scale(self) -> None:
        began = time.monotonic()
        scaled = self.compose("up", "-d", "--no-recreate", "--scale", "api=3")
        self.yard.check("--scale api=3", scaled.returncode == 0, f"{time.monotonic() - began:.0f} s", details=scaled.stdout)
        self.wait_until_healthy()
        deadline = time.monotonic() + 30
        while len(self.servers_up()) != 3 and time.monotonic() < deadline:
            time.sleep(0.5)
        before, failed = self.served(), self.many_requests(600)
        shares = sorted((self.served() - before).values())
        spread = len(shares) == 3 and shares[0] >= sum(shares) / 6
        self.yard.check("requests go to all three", spread and not failed, f"{shares}, {failed} failed")
        trickle = threading.Event()
        losses: list[int] = []
        worker = threading.Thread(target=lambda: losses.append(self.keep_asking(trickle)))
        worker.start()
        self.compose("up", "-d", "--no-recreate", "--scale", "api=2")
        time.sleep(3)
        trickle.set()
        worker.join()
        self.yard.check("back to two under load", losses == [0], f"{losses[0]} requests failed")

    def check_environment(self) -> None:
        wrong = {}
        for container in self.containers("api"):
            environment = Path(f"/proc/{container['State']['Pid']}/environ").read_bytes()
            found = dict(each.split("=", 1) for each in environment.decode().split("\0") if each)
            wrong |= {name: found.get(name) for name, text in HOSTILE.items() if found.get(name) != text}
        self.yard.check("hostile texts arrive unchanged", not wrong, f"{len(HOSTILE)} texts", details=wrong)

    def check_accounts(self) -> None:
        """Nobody comes in without a password, and the app is no superuser."""
        redis = self.within("redis", "redis-cli", "ping")
        self.yard.check("Redis knows nobody without a password", "NOAUTH" in redis, details=redis)
        roles = self.within(
            "postgres", "psql", "-U", "postgres", "-At", "-c",
            "SELECT rolname, rolsuper, pg_get_userbyid(datdba) FROM pg_roles, pg_database"
            " WHERE rolname = 'postgres_app' AND datname = 'shop'",
        )  # fmt: skip
        self.yard.check("the database is its owner's", roles.strip() == "postgres_app|f|shop_owner", roles.strip())
        targets, down = self.targets()
        deadline = time.monotonic() + 45  # it looks up names every 15 s, and so forgets those that are gone
        while down and time.monotonic() < deadline:
            time.sleep(1)
            targets, down = self.targets()
        self.yard.check("Prometheus reaches everything", targets > 0 and not down, f"{targets} targets", details=down)
        for exporter, metric in (("redis", "redis_up"), ("postgres", "pg_up")):
            port = {"redis": 9121, "postgres": 9187}[exporter]
            text = self.fetch(f"{exporter}-exporter", f"http://127.0.0.1:{port}/metrics")
            said = self.engine.run("docker-compose", "logs", f"{exporter}-exporter", folder=self.folder).stdout
            self.yard.check(f"{exporter}'s exporter gets in", f"\n{metric} 1\n" in text, details=said)

    def targets(self) -> tuple[int, list[str]]:
        """How many things Prometheus asks for figures, and which do not answer. Grafana's stand-in has none."""
        body = self.fetch("prometheus", "http://127.0.0.1:9090/api/v1/targets")
        found = [each for each in json.loads(body)["data"]["activeTargets"] if each["labels"]["job"] != "grafana"]
        return len(found), [f"{each['scrapeUrl']}: {each['lastError']}" for each in found if each["health"] != "up"]

    def survive_restart(self) -> None:
        restarted = self.compose("restart")
        sick = self.wait_until_healthy()
        self.yard.check("restarts", restarted.returncode == 0 and not sick, details=self.reasons(sick))
        code, body = self.ask("GET", "/v1/orders?limit=100", patience=20)
        self.yard.check("orders are still there", code == 200 and len(json.loads(body)) == 20, details=body)

    def down(self) -> None:
        down = self.compose("down", "-v", "--timeout", "20")
        left = [
            f"{kind} {name}"
            for kind, words in (("container", ["ps", "-a"]), ("network", ["network", "ls"]), ("volume", ["volume", "ls"]))
            for name in self.engine.must(
                "docker", *words, "-q", "--filter", f"label=com.docker.compose.project={NAME}-local"
            ).split()
        ]
        self.yard.check("down -v leaves nothing", down.returncode == 0 and not left, details="\n".join([down.stdout, *left]))

    # Asking

    def ask(self, method: str, path: str, body: dict | None = None, patience: float = 0) -> tuple[int, str]:
        deadline = time.monotonic() + patience
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.shop.port, timeout=5)
                connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": "application/json"})
                reply = connection.getresponse()
                found = reply.status, reply.read().decode()
            except OSError as error:
                found = 0, str(error)
            if found[0] not in (0, 503) or time.monotonic() > deadline:
                return found
            time.sleep(0.2)

    def many_requests(self, count: int) -> int:
        failures = []

        def ask_some() -> None:
            failures.extend(1 for _ in range(count // 6) if self.ask("GET", "/v1/orders")[0] != 200)

        workers = [threading.Thread(target=ask_some) for _ in range(6)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return len(failures)

    def keep_asking(self, over: threading.Event) -> int:
        failures = 0
        while not over.wait(0.02):
            failures += self.ask("GET", "/version")[0] != 200
        return failures

    def within(self, service: str, *command: str) -> str:
        containers = self.containers(service)
        return self.engine.run("docker", "exec", containers[0]["Id"], *command).stdout if containers else ""

    def fetch(self, service: str, url: str) -> str:
        script = "import sys, urllib.request as r; sys.stdout.write(r.urlopen(sys.argv[1], timeout=5).read().decode())"
        return self.within(service, "python3", "-c", script, url)

    def figures(self, name: str, labels: str) -> Counter:
        text = self.fetch("edge", "http://127.0.0.1:8405/metrics")
        found = re.findall(rf'(?m)^{name}{{proxy="api",server="(.+?)"{labels}}} (\d+)$', text)
        return Counter({server: int(count) for server, count in found if int(count)})

    def served(self) -> Counter:
        return self.figures("haproxy_server_http_responses_total", ',code="2xx"')

    def servers_up(self) -> Counter:
        return self.figures("haproxy_server_status", ',state="UP"')


def is_well(container: dict) -> bool:
    state = container["State"]
    return state["Running"] and state.get("Health", {"Status": "healthy"})["Status"] == "healthy"


if __name__ == "__main__":
    main()
