#!/usr/bin/python3
"""
Deploys ten kinds of bad release over a good one, under light load.

    /usr/bin/python3 acceptance/bad_releases.py              all of them
    /usr/bin/python3 acceptance/bad_releases.py wrong_port   some of them

Each must be taken back by itself: exit code 5, release 1 current again, no request failed, no process replaced that
did not have to be. The cause must be named in one sentence, with the last lines of what died, within 10 s of being
knowable. Knowable is when the app says so itself: before it does what is bad it prints `knowable TIME`.
"""

import argparse
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Callable

from yard import Run, StackCopy, Trickle, Yard, is_alive, is_listening

LATEST = 10  # seconds from knowable to reported
DEADLINE = 5  # seconds that the release has which never becomes ready

SPEC = """\
apiVersion: slipway/v1
stack: bad
services:
  app:
    source: ./app
    command: [python3, app.py, "${port}"]
    port: 8000
    replicas: 2
    env:
      WAY: good
    health: {readiness: /readyz, interval: 1s, timeout: 1s}
    rollout: {healthyFor: 2s, drain: 5s, deadline: 60s}
  edge: {kind: edge, listen: EDGE_PORT, routes: [{path: /, service: app}]}
environments:
  local: {engine: process}
"""

# WAY says in which way it is bad.
APP = '''\
import argparse, os, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WAY = os.environ["WAY"]
READY_AT = float("inf") if WAY == "never-ready" else 0
UNREADY_AT = float("inf")

def knowable(why):
    print(f"knowable {time.time()}", flush=True)
    print(why, flush=True)

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        ready = READY_AT <= time.time() < UNREADY_AT
        if self.path == "/readyz" and WAY == "ready-then-unready" and ready:
            self.server.became_ready()
        body = b"ready" if ready else b"not ready"
        self.send_response(200 if ready else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass

class Server(ThreadingHTTPServer):
    request_queue_size = 128
    def became_ready(self):
        global UNREADY_AT
        if UNREADY_AT == float("inf"):
            UNREADY_AT = time.time() + 1
            threading.Timer(1, knowable, ["lost what it needs"]).start()

def exit_with(why, status):
    knowable(why)
    os._exit(status)

options = argparse.ArgumentParser()
options.add_argument("port", type=int)
if "--color" in sys.argv:
    knowable("reading the arguments")
port = options.parse_args().port
if WAY == "exits-at-once":
    exit_with("there is nothing to do", 3)
if WAY == "exits-late":
    threading.Timer(5, exit_with, ["had enough", 4]).start()
if WAY == "missing-variable" and "PAYMENT_KEY" not in os.environ:
    exit_with("PAYMENT_KEY is not set", 1)
if WAY == "wrong-port":
    port = 0  # any other
if WAY == "out-of-memory":
    knowable("filling the cache")
    cache = bytearray(os.urandom(1 << 20)) * 256
server = Server(("127.0.0.1", port), Handler)
if WAY == "wrong-port":
    knowable(f"listening on {server.server_address[1]}")
server.serve_forever()
'''


class Holder:
    """A process of somebody else that holds a port."""

    def hold(self, port: int) -> None:
        self.port = port
        command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)]
        self.process = subprocess.Popen(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not is_listening(port) and time.monotonic() < deadline:
            time.sleep(0.05)

    def let_go(self) -> None:
        self.process.kill()
        self.process.wait()


HOLDER = Holder()


@dataclass
class Case:
    """A bad release: how the good spec is spoilt, and what must be said of it."""

    name: str
    spoil: Callable[[StackCopy], None]
    sentence: str  # a regular expression
    # Counted from the app's own word, or from what slipway itself says when there is none.
    knowable_after: tuple[str, float] | None = None
    last_line: str | None = None


def way(name: str) -> Callable[[StackCopy], None]:
    return lambda stack: stack.edit("WAY: good", f"WAY: {name}")


def edit(pattern: str, replacement: str) -> Callable[[StackCopy], None]:
    return lambda stack: stack.edit(pattern, replacement)


def program_missing(stack: StackCopy) -> None:
    (stack.path / "app/readme.txt").write_text("a new source, in which somebody forgot the program\n")
    stack.edit(r"\[python3, app.py", "[./serve")


def port_taken(stack: StackCopy) -> None:
    """An app without an edge has the port that its spec says, and somebody else has it already."""
    admin = f"admin: {{source: ./app, command: [python3, app.py, '${{port}}'], port: {HOLDER.port}, env: {{WAY: good}}}}"
    stack.edit("^  edge:", f"  {admin}\n  edge:")


def exits_late(stack: StackCopy) -> None:
    stack.edit("WAY: good", "WAY: exits-late")
    stack.edit("healthyFor: 2s", "healthyFor: 8s")


def never_ready(stack: StackCopy) -> None:
    stack.edit("WAY: good", "WAY: never-ready")
    stack.edit("deadline: 60s", f"deadline: {DEADLINE}s")


def out_of_memory(stack: StackCopy) -> None:
    stack.edit("WAY: good", "WAY: out-of-memory")
    stack.edit("( +)health:", r"\1resources: {memory: 64MiB}\n\1health:")


CASES = [
    Case("program_missing", program_missing, r"the program \./serve of app is not in its source", ("start app-3", 0)),
    Case("exits_at_once", way("exits-at-once"),
         r"app-3 exited with status 3 after \d+\.\d s, saying: there is nothing to do", last_line="there is nothing to do"),
    Case("exits_after_5_s", exits_late, r"app-3 exited with status 4 after \d+\.\d s, saying: had enough", last_line="had enough"),
    Case("never_ready", never_ready,
         rf"app-3 was not ready within {DEADLINE}s: GET /readyz answered 503", ("wait until app-3", DEADLINE)),
    Case("ready_then_unready", way("ready-then-unready"),
         r"app-3 was ready for \d+\.\d s and then not any more: GET /readyz answered 503",
         last_line="lost what it needs"),
    Case("wrong_port", way("wrong-port"),
         r"app-3 listens on port \d+ instead of \d+", last_line="listening on"),
    Case("missing_variable", way("missing-variable"),
         r"app-3 exited with status 1 after \d+\.\d s, saying: PAYMENT_KEY is not set", last_line="PAYMENT_KEY is not set"),
    Case("invalid_command", edit(r'"\$\{port\}"\]', '"${port}", --color]'),
         r"app-3 exited with status 2 after \d+\.\d s, saying: .*unrecognized arguments: --color", last_line="unrecognized arguments: --color"),
    Case("port_taken", port_taken, r"port \d+ is held by process \d+ \(.*http\.server.*\)", ("start admin-1", 0)),
    Case("out_of_memory", out_of_memory,
         r"app-3 was killed by the kernel after \d+\.\d s: out of memory at its limit of 64MiB",
         last_line="filling the cache"),
]  # fmt: skip


def main() -> None:
    chosen = parse_arguments()
    with Yard("bad") as yard:
        stack = yard.write("bad", SPEC, {"app/app.py": APP})
        HOLDER.hold(yard.free_port())
        try:
            good = stack.spec.read_text()
            deployed = stack.deploy()
            if yard.check("release 1 is deployed", deployed.code == 0, f"{deployed.seconds:.1f} s", details=deployed):
                for case in CASES:
                    if case.name in chosen:
                        examine(stack, case, good)
                refused(stack, good)
            yard.check("the foreign process is left alone", is_alive(HOLDER.process.pid), HOLDER.process.pid)
        finally:
            HOLDER.let_go()
        down = stack.down()
        yard.check("it is taken down", down.code == 0, f"{down.seconds:.1f} s", details=down)
        yard.check_nothing_left()
    sys.exit(yard.exit_code)


def examine(stack: StackCopy, case: Case, good: str) -> None:
    yard, before = stack.yard, stack.processes_of()
    case.spoil(stack)
    with Trickle(f"{stack.url}/") as load:
        time.sleep(0.5)
        run = stack.deploy()
        time.sleep(0.5)
    restore(stack, good)
    message = next((line[len("error: "):].strip() for line in run.errors.splitlines() if line.startswith("error: ")), "")
    seconds = time_to_report(case, run, message)
    yard.note(f"{case.name}: {message}")
    status, after = stack.status(), stack.processes_of()
    findings = {
        f"exit code {run.code} instead of 5": run.code == 5,
        f"release {status['release']} instead of 1": status["release"] == 1,
        f"drift: {status['drift']}": not status["drift"],
        f"{load}: {load.failures[:5]}": load.failed == 0 and load.requests > 0,
        f"processes were {before} and are {after}": before == after,
        f"the sentence does not match {case.sentence}": re.search(case.sentence, message) is not None,
        f"the last lines lack {case.last_line!r}": any(
            line.lstrip().startswith("|") and (case.last_line or "") in line for line in run.errors.splitlines()
        ) or case.last_line is None,
        f"reported after {seconds} s": seconds is not None and seconds <= LATEST,
        "the foreign process is gone": is_alive(HOLDER.process.pid),
        "the foreign process is not named": case.name != "port_taken" or f"process {HOLDER.process.pid} " in message,
    }  # fmt: skip
    wrong = [finding for finding, holds in findings.items() if not holds]
    told = "never" if seconds is None else f"{seconds:.1f} s"
    figure = f"exit {run.code}, reported after {told}, {load}"
    yard.check(case.name, not wrong, figure, details="\n".join([*wrong, str(run)]))


def time_to_report(case: Case, run: Run, message: str) -> float | None:
    """From knowable until both the sentence and the last lines were there."""
    said = re.search(r"knowable (\d+\.\d+)", run.errors)
    if case.knowable_after:
        line, more = case.knowable_after
        knowable = run.when(line)
        knowable = knowable and knowable + more
    else:
        knowable = said and float(said.group(1))
    reported = [run.when(message or "error:"), run.when(case.last_line or message)]
    if knowable is None or None in reported:
        return None
    return max(0.0, max(reported) - knowable)


def restore(stack: StackCopy, good: str) -> None:
    stack.spec.write_text(good)
    (stack.path / "app/readme.txt").unlink(missing_ok=True)


def refused(stack: StackCopy, good: str) -> None:
    """What can be seen beforehand is refused beforehand, and nothing is touched."""
    before = stack.processes_of()
    for name, pattern, replacement, code, sentence in (
        ("unknown variable", "WAY: good", "WAY: good\n      KEY: ${NO_SUCH_VARIABLE}", 2, r"NO_SUCH_VARIABLE"),
        ("program not installed", "python3", "no-such-program", 1, r"no-such-program of app is .*installed"),
        ("port of the edge taken", r"listen: \d+", f"listen: {HOLDER.port}", 1,
         rf"port {HOLDER.port} is held by process {HOLDER.process.pid} \(.*http\.server.*\)"),
    ):
        stack.edit(pattern, replacement)
        run = stack.deploy()
        restore(stack, good)
        message = next((line for line in run.errors.splitlines() if re.search(sentence, line)), "")
        stack.yard.note(f"{name}: {message}")
        untouched = stack.processes_of() == before and stack.status()["release"] == 1
        holds = run.code == code and untouched and message != "" and "operation" not in run.errors
        stack.yard.check(f"refused: {name}", holds, f"exit {run.code}, {run.seconds:.2f} s", details=run)


def parse_arguments() -> set[str]:
    names = [case.name for case in CASES]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", help=f"of {', '.join(names)}")
    chosen = parser.parse_args().cases
    for name in chosen:
        if name not in names:
            parser.error(f"there is no case {name}")
    return set(chosen or names)


if __name__ == "__main__":
    main()
