#!/usr/bin/python3
"""
The controller runs what is due, and nothing twice: a policy of every minute makes its sets while the controller is killed
in the middle of a run and started again. Every due time is a run or is recorded as skipped, a second controller is
refused, and its figures and its webhook tell what came of it.

    acceptance/controller.py           three minutes: with a death
    acceptance/controller.py --quick   one run, a minute and a half
"""

import argparse
import json
import sqlite3
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

from yard import StackCopy, Started, Yard

SPEC = """
apiVersion: slipway/v1
stack: keep
services:
  redis: {kind: redis, memory: 64MiB, rollout: {healthyFor: 1s}}
backups:
  - {name: minutely, of: redis, schedule: "* * * * *", keep: {last: 2}, to: [local]}
stores:
  local: {directory: VAULT}
environments:
  local: {engine: process}
"""


class Hook:
    """What was posted to a webhook of ours."""

    def __init__(self):
        self.told: list[dict] = []
        told = self.told

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/told"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()


def figures(port: int, query: str = "") -> dict[str, float]:
    """By name, the values of the policy."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics{query}", timeout=5) as reply:
        lines = reply.read().decode().splitlines()
    return {line.split("{")[0].split()[0]: float(line.split()[-1]) for line in lines if not line.startswith("#")}


def runs(yard: Yard) -> list[tuple]:
    with sqlite3.connect(f"file:{yard.home}/ledger/ledger.sqlite?mode=ro", uri=True) as ledger:
        return ledger.execute("SELECT due_at, state, backup_set FROM backup_run ORDER BY id").fetchall()


def due_times(yard: Yard) -> tuple[int, int, int]:
    """How many minutes were looked at, run and skipped."""
    with sqlite3.connect(f"file:{yard.home}/ledger/ledger.sqlite?mode=ro", uri=True) as ledger:
        ran, first, last = ledger.execute("SELECT count(*), min(due_at), max(due_at) FROM backup_run").fetchone()
        skipped = ledger.execute(
            "SELECT coalesce(sum(count), 0), min(first_at), max(last_at) FROM backup_skip").fetchone()  # fmt: skip
    begin, end = min(filter(None, (first, skipped[1]))), max(filter(None, (last, skipped[2])))
    return (end - begin) // 60_000 + 1, ran, skipped[0]


def die(yard: Yard, started: Started, start) -> Started:
    """Ends the controller in the middle of its next run, and starts another."""
    begun = sum("begins" in line for _, line in list(started.lines))
    deadline = time.monotonic() + 90
    while sum("begins" in line for _, line in list(started.lines)) == begun and time.monotonic() < deadline:
        time.sleep(0.02)
    started.kill()
    started.wait(10)
    again = start()
    yard.check("it goes on after a death in a run", again.wait_for("is in local", 160), details=again.lines)
    states = [state for _, state, _ in runs(yard)]
    yard.check("the run that died is closed as failed", states.count("failed") == 1 and "running" not in states[:-1],
               details=runs(yard))  # fmt: skip
    return again


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    with Yard("controller") as yard:
        stack = yard.write("keep", SPEC.replace("VAULT", str(yard.root / "vault")), {})
        deployed = stack.deploy()
        yard.check("a stack with a policy of every minute is deployed", deployed.code == 0, details=deployed)
        hook, port = Hook(), yard.free_port()

        def start() -> Started:
            variables = {"SLIPWAY_WEBHOOK_URL": hook.url}
            return yard.start("controller", "--listen", f"127.0.0.1:{port}", variables=variables)

        started = start()
        yard.check("the controller makes a set", started.wait_for("is in local", 100), details=started.lines)
        second = start().wait(20)
        yard.check("a second controller at its address is refused", second.code == 1 and "cannot listen" in second.errors,
                   details=second)  # fmt: skip
        if not options.quick:
            started = die(yard, started, start)
        checked(yard, stack, port, hook)
        started.kill(15)
        ended = started.wait(30)
        yard.check("it ends when it is told to", ended.code == 0 and "has ended" in ended.errors, details=ended)
        minutes, ran, skipped = due_times(yard)
        yard.check("every due time was run or skipped, none twice", minutes == ran + skipped,
                   f"{minutes} minutes, {ran} runs, {skipped} skipped", details=runs(yard))  # fmt: skip
        stack.down()
        yard.check_nothing_left()
        return yard.exit_code


def checked(yard: Yard, stack: StackCopy, port: int, hook: Hook) -> None:
    values = figures(port, "?stack=keep%2Flocal")
    good = values.get("slipway_backup_last_success_timestamp_seconds", 0) > time.time() - 120
    yard.check("its figures tell of it", good and values["slipway_backup_last_run_failed"] == 0
               and values["slipway_backup_interval_seconds"] == 60, details=values)  # fmt: skip
    other = figures(port, "?stack=other/local")
    yard.check("and of no other stack when one is asked for", "slipway_backup_interval_seconds" not in other)
    listed = stack.yard.slipway("backup", "list", stack.path, "--output", "json").json()["rows"]
    sets = {row["set"] for row in listed}
    told = {name for result in hook.told for name in result["sets"].values()}
    yard.check("its webhook was told of the sets", bool(told) and sets <= told, f"{len(told)} told", details=hook.told)
    yard.check("the policy is pruned", len(sets) <= 2 and {row["state"] for row in listed} == {"verified"},
               f"{len(sets)} sets", details=listed)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
