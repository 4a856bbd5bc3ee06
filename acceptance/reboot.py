#!/usr/bin/python3
"""
What a reboot and other hard knocks do to stacks/shop, as far as they can be simulated: every process of the stack is
killed at once and the control groups are taken away, as after a power cut; then single programs and supervisors are
killed; then it is stopped, scaled, restarted and taken down. Status tells the truth each time, one deploy sets it
right, orders placed before are still there, and nothing gets traffic before it was probed.

    acceptance/reboot.py
"""

import http.client
import json
import sys
import threading
import time

from inventory import LOG_SUPERVISOR, SUPERVISOR, classified, edge_servers, faults
from trickle import Trickle
from yard import StackCopy, Yard, is_listening, kill


class Shop:
    """The shop, and what a customer and an operator see of it."""

    def __init__(self, yard: Yard):
        self.yard = yard
        self.stack = yard.copy("stacks/shop")
        self.stack.edit(r"healthyFor: 3s", "healthyFor: 1s")
        self.orders: list[int] = []

    def ask(self, method: str, path: str, body: dict | None = None):
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=10)
        headers = {"Content-Type": "application/json"} if body else {}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text else None

    def order(self) -> None:
        status, body = self.ask("POST", "/v1/orders", {"item": "anchor", "quantity": len(self.orders) + 1})
        if status != 201:
            raise RuntimeError(f"no order was taken: {status} {body}")
        self.orders.append(body["id"])

    def lost(self) -> list[str]:
        return [f"order {number} is lost" for number in self.orders if self.ask("GET", f"/v1/orders/{number}")[0] != 200]

    def release(self) -> int:
        return self.stack.status()["release"]

    def deployed(self, name: str) -> None:
        """Deploys, and then everything is there again."""
        run = self.stack.deploy()
        troubles = [str(run)] if run.code != 0 else faults(self.stack, self.release()) + self.lost()
        self.yard.check(f"{name}: a deploy sets it right", not troubles, f"{run.seconds:.1f} s", details="\n".join(troubles))

    def of(self, replica: str, role: str) -> int:
        return next(process for process, part in classified(self.stack).items() if part == (replica, role))


# A reboot


def power_cut(shop: Shop) -> None:
    """Every process gone at once, control groups gone, files as they were."""
    victims = classified(shop.stack)
    # Supervisors first, or they would start again what is killed.
    for process in sorted(victims, key=lambda each: victims[each][1] not in (SUPERVISOR, LOG_SUPERVISOR)):
        kill(process)
    deadline = time.monotonic() + 5
    while (left := classified(shop.stack)) and time.monotonic() < deadline:
        for process in left:
            kill(process)
        time.sleep(0.02)
    while (groups := shop.yard.control_groups()) and time.monotonic() < deadline:
        for group in groups:
            try:
                group.rmdir()
            except OSError:
                time.sleep(0.02)  # Not all of its processes have been collected yet.
    shop.yard.note(f"killed {len(victims)} processes at once")


def reboot(shop: Shop) -> None:
    replicas = shop.stack.processes_of()
    power_cut(shop)
    run = shop.stack.slipway("status", "--output", "json")
    status = run.json()
    said = [line for line in status["drift"] if "is failing" in line]
    unsaid = [name for name in replicas if not any(line.startswith(f"{name} ") for line in said)]
    ready = [replica["id"] for service in status["services"] for replica in service["replicas"] if replica["ready"]]
    shop.yard.check("after a reboot status tells the truth", run.code == 0 and not unsaid and not ready,
                    f"{len(said)} replicas are named as down", details=f"unsaid {unsaid}, ready {ready}\n{run}")  # fmt: skip
    with Probes(shop.stack) as probes:
        shop.deployed("after a reboot")
    early = probes.early()
    shop.yard.check("after a reboot nothing gets traffic before it was probed", not early and probes.admitted,
                    f"{len(probes.admitted)} servers watched", details="\n".join(early))  # fmt: skip


class Probes:
    """Watches from when on a replica was ready, and from when on the edge sent it traffic."""

    def __init__(self, stack: StackCopy):
        self.stack = stack
        self.ready: dict[int, float] = {}
        self.admitted: dict[int, float] = {}
        self._over = threading.Event()
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._watch_edge, self._watch_replicas)]

    def __enter__(self) -> "Probes":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def early(self) -> list[str]:
        return [
            f"port {port} got traffic {self.ready.get(port, float('inf')) - at:.2f} s before it was ready"
            for port, at in self.admitted.items() if at < self.ready.get(port, float("inf"))
        ]  # fmt: skip

    def _watch_edge(self) -> None:
        while not self._over.is_set():
            for edge in (self.stack.folder / "replicas").glob("edge-*"):
                try:
                    for port, state in edge_servers(self.stack, edge.name).values():
                        if state == "up":
                            self.admitted.setdefault(port, time.monotonic())
                except OSError:
                    pass
            time.sleep(0.02)

    def _watch_replicas(self) -> None:
        while not self._over.is_set():
            for record in (self.stack.folder / "replicas").glob("api-*/replica.json"):
                try:
                    port = json.loads(record.read_text())["port"]
                    if port not in self.ready and self._is_ready(port):
                        self.ready[port] = time.monotonic()
                except (OSError, http.client.HTTPException, ValueError):
                    pass
            time.sleep(0.005)

    @staticmethod
    def _is_ready(port: int) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200


# Single deaths


def program_dies(shop: Shop) -> None:
    name, victim = next(iter(shop.stack.processes_of("api").items()))
    began = time.monotonic()
    kill(victim)
    while (status := shop.stack.status())["drift"] or shop.stack.replicas("api")[name].get("processID") in (None, victim):
        if time.monotonic() - began > 20:
            break
    restarts = shop.stack.replicas("api")[name]["restarts"]
    shop.yard.check("a killed program is started again by its supervisor", not status["drift"] and restarts == 1,
                    f"within {time.monotonic() - began:.1f} s", details=status["drift"])  # fmt: skip


def supervisor_dies(shop: Shop, service: str, role: str) -> None:
    """The program goes on and is supervised by nobody: drift, which a deploy repairs without a failed request."""
    name = next(iter(shop.stack.processes_of(service)))
    kill(shop.of(name, role))
    time.sleep(0.2)
    drift = shop.stack.status()["drift"]
    shop.yard.check(f"a killed {role} of {name} is drift", any(line.startswith(f"{name} ") for line in drift),
                    details=drift or "no drift")  # fmt: skip
    shop.deployed(f"a killed {role} of {name}")


# Verbs


def stop(shop: Shop) -> None:
    run = shop.stack.slipway("stop", "--yes")
    status = shop.stack.status()
    left = classified(shop.stack)
    shop.yard.check("stop stops everything", run.code == 0 and status["stopped"] and not left and not status["drift"]
                    and not is_listening(shop.stack.port), f"{run.seconds:.1f} s", details=f"{run}{left}")  # fmt: skip
    shop.deployed("after a stop")


def verb(shop: Shop, *arguments: str) -> None:
    with Trickle(shop.stack.port, "/version") as load:
        time.sleep(0.3)
        run = shop.stack.slipway(*arguments, "--yes")
        time.sleep(0.3)
    troubles = load.failures[:10] + ([str(run)] if run.code != 0 else faults(shop.stack, shop.release()))
    shop.yard.check(f"`{' '.join(arguments)}` under load", not troubles,
                    f"{run.seconds:.1f} s, {len(load.failures)} of {load.requests} requests failed",
                    details="\n".join(troubles))  # fmt: skip


def down(shop: Shop) -> None:
    run = shop.stack.slipway("down", "--yes")
    volumes = sorted(path.name for path in (shop.stack.folder / "volumes").iterdir())
    left = classified(shop.stack)
    shop.yard.check("down keeps the data", run.code == 0 and {"postgres", "redis"} <= set(volumes) and not left,
                    ", ".join(volumes), details=f"{run}{left}")  # fmt: skip
    shop.deployed("after a down")
    wrong = shop.stack.slipway("down", "--yes", "--destroy-data", "other")
    shop.yard.check("another name destroys nothing", wrong.code == 6 and not shop.lost(), f"exit {wrong.code}", details=wrong)
    run = shop.stack.down()
    shop.yard.check("down --destroy-data destroys the data", run.code == 0 and not shop.stack.folder.exists(),
                    f"{run.seconds:.1f} s", details=run)  # fmt: skip


def main() -> int:
    with Yard("reboot") as yard:
        shop = Shop(yard)
        if not yard.check("deploys", (run := shop.stack.deploy()).code == 0, f"{run.seconds:.1f} s", details=run):
            return yard.exit_code
        shop.order()
        reboot(shop)
        shop.order()
        program_dies(shop)
        for service in ("api", "redis", "edge"):
            supervisor_dies(shop, service, SUPERVISOR)
        supervisor_dies(shop, "api", LOG_SUPERVISOR)
        stop(shop)
        shop.order()
        verb(shop, "scale", "--replicas", "api=4")
        verb(shop, "scale", "--replicas", "api=1")
        verb(shop, "scale", "--replicas", "api=2")
        verb(shop, "restart", "--service", "api")
        verb(shop, "restart", "--service", "edge")
        down(shop)
        yard.check_nothing_left()
        return yard.exit_code


if __name__ == "__main__":
    sys.exit(main())
