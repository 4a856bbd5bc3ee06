#!/usr/bin/python3
"""
The volume of an app while it writes: brought to rest, backed up, proven, destroyed and restored; two files of it that must
agree do so in what comes back, and no request is lost but while the data is swapped.

    acceptance/volumes.py
"""

import signal
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from yard import Run, StackCopy, Trickle, Yard

# Two files that agree once it rests: while it writes, `second` is some lines behind.
APP = """
import http.server, pathlib, sys, threading, time

uploads = pathlib.Path(sys.argv[3])
rest, resting = (pathlib.Path(sys.argv[4]) / name for name in ("rest", "resting"))
blob = bytes(range(256)) * 4096


def write():
    rest.unlink(missing_ok=True)  # it was backed up at rest
    # What is missing in one of the two stays missing.
    number = 1 + max((int(path.name.split()[0]) for path in uploads.glob("*/* of it")), default=0)
    for name in ("first", "second"):
        (uploads / name).mkdir(exist_ok=True)
    (uploads / "large").write_bytes(blob)
    while True:
        if rest.exists():
            resting.touch()
        else:
            resting.unlink(missing_ok=True)
            for name in ("first", "second"):
                (uploads / name / f"{number} of it").write_text(f"{number}\\n")
                time.sleep(0.05 if name == "first" else 0)
            number += 1
        time.sleep(0.005)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(len(list(uploads.glob("second/*")))).encode())

    def log_message(self, *arguments):
        pass


threading.Thread(target=write, daemon=True).start()
http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
"""

PAUSE = """
import pathlib, sys, time

rest, resting = (pathlib.Path(sys.argv[1]) / name for name in ("rest", "resting"))
rest.touch() if sys.argv[2] == "before" else rest.unlink(missing_ok=True)
deadline = time.monotonic() + 10
while resting.exists() != (sys.argv[2] == "before"):
    if time.monotonic() > deadline:
        sys.exit("it does not listen")
    time.sleep(0.01)
"""

SPEC = """
apiVersion: slipway/v1
stack: files
services:
  api:
    source: ./app
    command: [python3, files.py, "${host}", "${port}", "${volume:uploads}", "${volume:notes}"]
    port: 8000
    replicas: 1
    volumes:
      - {name: uploads, path: /srv/uploads, storage: 1GiB}
      - {name: notes, path: /srv/notes, storage: 1MiB}
    health: {readiness: /, interval: 1s, timeout: 1s}
    rollout: {healthyFor: 200ms}
  edge: {kind: edge, listen: EDGE_PORT, routes: [{path: /, service: api}]}
stores:
  local: {directory: VAULT}
backups:
  - name: uploads
    of: api
    schedule: "0 * * * *"
    keep: {last: 3}
    to: [local]
    quiesce:
      before: [python3, PAUSE, NOTES, before]
      after: [python3, PAUSE, NOTES, after]
environments:
  local: {engine: process}
"""


def written(stack: StackCopy) -> int:
    with urllib.request.urlopen(stack.url, timeout=5) as reply:
        return int(reply.read())


def backup(stack: StackCopy, word: str, *arguments: object) -> Run:
    return stack.yard.slipway("backup", word, stack.path, "--env", stack.environment, *arguments)


def main() -> int:
    with Yard("volumes") as yard:
        volume = yard.home / "stacks/files/local/volumes/api"
        pause = yard.root / "pause.py"
        pause.write_text(PAUSE)
        spec = SPEC.replace("VAULT", str(yard.root / "vault")).replace("PAUSE", str(pause))
        stack = yard.write("files", spec.replace("NOTES", str(volume / "notes")), {"app/files.py": APP})
        run = stack.deploy()
        if not yard.check("an app with volumes is deployed", run.code == 0, f"{run.seconds:.1f} s", details=run):
            return yard.exit_code
        time.sleep(1)
        before = written(stack)
        with Trickle(f"{stack.url}/", per_second=100) as load:
            run = backup(stack, "run")
        yard.check("its volumes are backed up while it writes", run.code == 0, f"{run.seconds:.1f} s", details=run)
        yard.check("and no request fails meanwhile", not load.failures and load.requests > 20, str(load),
                   details=load.failures[:5])  # fmt: skip
        after = written(stack)
        run = backup(stack, "prove")
        yard.check("and proven", run.code == 0 and "files" in run.output, f"{run.seconds:.1f} s", details=run)
        time.sleep(0.3)
        yard.check("it goes on", written(stack) > after >= before > 0, details=f"{before} {after} {written(stack)}")
        restored(yard, stack, volume, before, after)
        killed(yard, stack, pause, volume)
        stubborn(yard, stack, pause)
        destroyed(yard, stack, pause)
        yard.check_nothing_left()
        return yard.exit_code


def restored(yard: Yard, stack: StackCopy, volume: Path, before: int, after: int) -> None:
    for path in (volume / "uploads/first").iterdir():
        path.unlink()
    (volume / "uploads/large").write_bytes(b"no more")
    run = stack.slipway("restore", "--service", "api", "--yes")
    live = sorted(path.name for path in (volume / "uploads/first").iterdir())
    yard.check("what was destroyed is back", run.code == 0 and len(live) >= before, f"{run.seconds:.1f} s", details=run)
    large = (volume / "uploads/large").read_bytes()
    yard.check("to the byte", large == bytes(range(256)) * 4096, details=f"{len(large)} bytes")
    time.sleep(1)
    undo = stack.slipway("restore", "--undo", "--yes")
    kept = next((volume.parent / ".beside/api").glob("*/uploads"), None)
    first, second = ({path.name for path in (kept / name).iterdir()} for name in ("first", "second"))
    yard.check("undo brings back what was there", undo.code == 0 and (volume / "uploads/large").exists(), details=undo)
    # What was restored was served for a second: of the very last pair only one may have been written.
    newest = f"{max(int(name.split()[0]) for name in first)} of it"
    yard.check("what must agree across files did so", first ^ second <= {newest}, details=f"{sorted(first ^ second)}")


def killed(yard: Yard, stack: StackCopy, pause: Path, volume: Path) -> None:
    pause.write_text(PAUSE + "if sys.argv[2] == 'before': print('resting', flush=True), time.sleep(3)\n")
    started = stack.yard.start("backup", "run", stack.path, "--env", stack.environment)
    rests = wait(lambda: (volume / "notes/resting").exists())
    started.kill()
    started.wait()
    time.sleep(0.5)
    left = (volume / "notes/rest").exists()
    controller = yard.start("controller", "--listen", f"127.0.0.1:{yard.free_port()}")
    woken = wait(lambda: not (volume / "notes/rest").exists())
    controller.kill(signal.SIGTERM)
    run = controller.wait()
    yard.check("an app that a killed backup left at rest is woken", rests and left and woken, details=run)
    pause.write_text(PAUSE)


def wait(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def destroyed(yard: Yard, stack: StackCopy, pause: Path) -> None:
    words = ("down", "--yes", "--destroy-data", f"{stack.name}/{stack.environment}")
    run = stack.slipway(*words)
    yard.check("data of which no set can be made is not destroyed", run.code != 0 and "--no-backup" in run.errors
               and written(stack) > 0, details=run)  # fmt: skip
    pause.write_text(PAUSE)
    run = stack.slipway(*words)
    yard.check("its data goes behind a set that was proven", run.code == 0 and ", proven (" in run.errors
               and not stack.folder.exists(), f"{run.seconds:.1f} s", details=run)  # fmt: skip


def stubborn(yard: Yard, stack: StackCopy, pause: Path) -> None:
    sets = len(backup(stack, "list", "--output", "json").json()["rows"])
    pause.write_text("import sys; sys.exit(7)")
    run = backup(stack, "run")
    left = len(backup(stack, "list", "--output", "json").json()["rows"])
    yard.check("an app that does not come to rest is not backed up", run.code != 0 and "status 7" in run.errors
               and left == sets, details=run)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
