#!/usr/bin/python3
"""
Disks that fill up or break, and buckets that do, at random moments of a backup, a prune and a restore: a vault on a small
disk filled to varying remains, a full scratch folder, a ledger that cannot be written, single calls that fail below the
vault (acceptance/faults.c), a bucket that answers 500, hangs up or is slow. Each time: what failed says so and why, exits
not with 0, the old sets are there to the byte, the live data too, and the next command goes on.

    acceptance/backup_faults.py                 300 faults
    acceptance/backup_faults.py --quick         ten
"""

import argparse
import errno
import hashlib
import http.client
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from backups import Bucket
from restore import Data
from yard import Run, StackCopy, Yard

SEED = 23
DISK = 24 << 20
SCRATCH = 6 << 20
# What fails below which folder, and what a person has to read then.
CALLS = ("write", "sync", "link", "rename", "open", "mkdir", "unlink")
ERRORS = {errno.ENOSPC: "the disk is full", errno.EIO: "Input/output error", errno.EDQUOT: "the disk is full",
          errno.EROFS: "Read-only file system"}  # fmt: skip
EVER = 1_000_000

SPEC = """
apiVersion: slipway/v1
stack: faults
services:
  redis: {kind: redis, version: "7.0", rollout: {healthyFor: 200ms}}
  files:
    source: ./app
    command: [python3, -m, http.server, --bind, "${host}", "${port}"]
    env: {UPLOADS: "${volume:uploads}"}
    port: 8000
    replicas: 1
    volumes: [{name: uploads, path: /srv/uploads, storage: 1GiB}]
    health: {readiness: /, interval: 1s, timeout: 1s}
    rollout: {healthyFor: 200ms}
  edge: {kind: edge, listen: EDGE_PORT, routes: [{path: /, service: files}]}
stores:
  local: {directory: VAULT}
  offsite: {s3: {endpoint: BUCKET, bucket: shop-backups, region: eu-central-1}}
backups:
  - {name: data, of: redis, schedule: "0 0 1 1 *", keep: {last: 2}, to: [local]}
  - {name: files, of: files, schedule: "0 0 1 1 *", keep: {last: 2}, to: [local]}
  - {name: far, of: files, schedule: "0 0 1 1 *", keep: {last: 2}, to: [offsite]}
environments:
  local: {engine: process}
"""


class Disk:
    """A small disk of its own."""

    def __init__(self, path: Path, size: int, mode: str = "0700"):
        self.path = path
        path.mkdir(mode=0o700)
        options = f"size={size},mode={mode}"
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", path], capture_output=True, text=True)
        if made.returncode != 0:
            # As Swift's tests of full disks do: not every container may mount.
            print(f"skipped: cannot mount a small disk: {made.stderr.strip()}")
            sys.exit(0)

    def fill(self, remaining: int) -> None:
        """So that this many bytes are left."""
        room = os.statvfs(self.path)
        size = room.f_bavail * room.f_frsize - remaining
        with open(self.path / ".filler", "wb") as file:
            if size > 0:
                os.posix_fallocate(file.fileno(), 0, size)

    def empty(self) -> None:
        (self.path / ".filler").unlink(missing_ok=True)

    def unmount(self) -> None:
        if self.path.is_mount():
            subprocess.run(["umount", "-l", self.path], check=False)


class Line:
    """Stands between slipway and the bucket, and does to some requests what a bad line does."""

    def __init__(self, target: str, port: int):
        self._host = target.removeprefix("http://")
        self.url = f"http://127.0.0.1:{port}"
        self._lock = threading.Lock()
        self.trouble(None)
        line = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def handle_any(self) -> None:
                line._pass(self)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any

            def log_message(self, *arguments) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def trouble(self, what: str | None, first: int = 1, count: int = 0) -> None:
        with self._lock:
            self._what, self._first, self._last, self._number = what, first, first + count, 0
            self.hits = 0

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _next(self) -> str | None:
        with self._lock:
            self._number += 1
            is_hit = self._what is not None and self._first <= self._number < self._last
            self.hits += is_hit
            return self._what if is_hit else None

    def _pass(self, request: BaseHTTPRequestHandler) -> None:
        what = self._next()
        if what == "cut before":
            return self._hang_up(request)
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        if what in ("500", "503"):
            return self._answer(request, int(what), [], b"<Error><Code>InternalError</Code></Error>")
        connection = http.client.HTTPConnection(self._host, timeout=30)
        connection.request(request.command, request.path, body, dict(request.headers))
        reply = connection.getresponse()
        content = reply.read()
        connection.close()
        if what == "cut after":
            return self._hang_up(request)
        if what == "cut within" and len(content) > 1:
            request.wfile.write(f"HTTP/1.1 {reply.status} OK\r\nContent-Length: {len(content)}\r\n\r\n".encode())
            request.wfile.write(content[: len(content) // 2])
            request.wfile.flush()
            return self._hang_up(request)
        kept = [(name, value) for name, value in reply.getheaders()
                if name.lower() not in ("connection", "content-length", "transfer-encoding", "server", "date")]  # fmt: skip
        # Of what was only asked for its head, that is its size.
        size = reply.getheader("Content-Length") if request.command == "HEAD" else None
        self._answer(request, reply.status, kept, content, size)

    @staticmethod
    def _answer(request, status: int, headers: list, content: bytes, size: str | None = None) -> None:
        request.send_response(status)
        for name, value in headers:
            request.send_header(name, value)
        request.send_header("Content-Length", size or str(len(content)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(content)
        request.wfile.flush()

    @staticmethod
    def _hang_up(request) -> None:
        request.close_connection = True
        with suppress(OSError):
            request.connection.shutdown(socket.SHUT_RDWR)


class Campaign:
    def __init__(self, yard: Yard, stack: StackCopy, disk: Disk, scratch: Disk, line: Line, shim: Path):
        self.yard, self.stack, self.disk, self.scratch, self.line, self.shim = yard, stack, disk, scratch, line, shim
        self.data, self.dice = Data(stack), random.Random(SEED)
        self.counts: Counter = Counter()
        self.wrong: list[str] = []
        self.calls: dict[tuple[str, ...], int] = {}
        self.log = yard.root / "calls"
        self.is_measured_by_restore = False

    # What is done

    def command(self, word: str, policy: str) -> list[object]:
        verb = ["restore"] if word == "restore" else ["backup", word]
        last = ["--accept-shrink"] if word == "run" else ["--yes"]
        return [*verb, self.stack.path, "--env", self.stack.environment, "--policy", policy, *last]

    def grow(self) -> None:
        """What the next set takes that the last one did not."""
        size = self.dice.choice([1000, 200_000, 1_500_000])
        (self.stack.folder / "volumes/files/uploads" / str(self.dice.randrange(3))).write_bytes(self.dice.randbytes(size))
        self.data.fill(f"key{self.dice.randrange(5)}:", 100)

    # What goes wrong

    def full_disk(self) -> tuple[str, Run, bool]:
        policy, remaining = self.dice.choice(["data", "files"]), self.dice.choice([0, 4096, self.dice.randrange(3_000_000)])
        word = self.dice.choice(["run", "run", "run", "prune"])
        self.disk.fill(remaining)
        run = self.yard.slipway(*self.command(word, policy))
        self.disk.empty()
        return f"{word} {policy} with {remaining} bytes left", run, run.code != 0

    def full_scratch(self) -> tuple[str, Run, bool]:
        word, remaining = self.dice.choice(["run", "restore"]), self.dice.choice([0, 4096, self.dice.randrange(200_000)])
        self.scratch.fill(remaining)
        run = self.yard.slipway(*self.command(word, "data"))
        self.scratch.empty()
        return f"{word} data with {remaining} bytes of scratch left", run, run.code != 0

    def broken_call(self) -> tuple[str, Run, bool]:
        """One call below the vault or the ledger, or all from there on."""
        place = self.dice.choice([self.disk.path / "vault", self.disk.path / "vault", self.yard.home / "ledger"])
        word = self.dice.choice(["run", "run", "run", "prune", "restore"])
        policy = self.dice.choice(["data", "files"])
        call = self.dice.choice(CALLS[:2] if place == self.yard.home / "ledger" else CALLS)
        code = self.dice.choice(list(ERRORS))
        words = self.command(word, policy)
        most = self._calls(word, policy, place, call, words)
        if most == 0:
            return self.broken_call()
        at, count = self.dice.randint(1, most), self.dice.choice([1, EVER])
        run, hits = self._faulty(words, place, call, at, count, code)
        name = f"{word} {policy} where {call} {at}{' and all later' if count > 1 else ''} below {place.name} gets {errno.errorcode[code]}"
        return name, run, hits > 0

    def _calls(self, word: str, policy: str, place: Path, call: str, words: list) -> int:
        """How many there are, which is found out once."""
        key = (word, policy, str(place), call)
        if key not in self.calls:
            self.is_measured_by_restore |= word == "restore"
            self._faulty(words, place, call, 0, 0, 0)
            self.calls[key] = len(self.log.read_text().splitlines()) if self.log.exists() else 0
        return self.calls[key]

    def _faulty(self, words: list, place: Path, call: str, at: int, count: int, code: int) -> tuple[Run, int]:
        self.log.unlink(missing_ok=True)
        run = self.yard.slipway(*words, variables={
            "LD_PRELOAD": str(self.shim), "FAULT_BELOW": str(place), "FAULT_CALL": call, "FAULT_AT": str(at),
            "FAULT_COUNT": str(count), "FAULT_ERROR": str(code), "FAULT_LOG": str(self.log),
        })  # fmt: skip
        return run, self.log.read_text().count("* ") if self.log.exists() else 0

    def bad_line(self) -> tuple[str, Run, bool]:
        what = self.dice.choice(["500", "503", "cut before", "cut after", "cut within"])
        first, count = self.dice.randint(1, 30), self.dice.choice([1, 2, EVER])
        word = self.dice.choice(["run", "run", "prune"])
        self.line.trouble(what, first, count)
        run = self.yard.slipway(*self.command(word, "far"))
        hits = self.line.hits
        self.line.trouble(None)
        return f"{word} far where request {first} and {min(count, 99)} on is {what}", run, hits > 0

    # What must hold

    def round(self, number: int, kinds: list) -> None:
        self.grow()
        self.is_measured_by_restore = False
        kind = kinds[number % len(kinds)]
        sets, keys, files = self.sets(), self.data.keys("key"), self.files()
        name, run, is_hit = kind()
        self.counts[f"{kind.__name__.replace('_', ' ')} {'failed' if run.code else 'held out' if is_hit else 'missed'}"] += 1
        self.told(number, name, run)
        if is_hit and run.code == 0 and must_fail(name):
            self.wrong.append(f"{number}: {name}: is no failure: {run}")
        pruned = " prune " in f" {name.split(' where')[0].split(' with')[0]} "
        lost = {path for path, sum in sets.items() if self.sets().get(path) != sum}
        if lost and not pruned:
            self.wrong.append(f"{number}: {name}: {sorted(lost)} are not what they were: {run}")
        restored = name.startswith("restore")
        if not restored and not self.is_measured_by_restore and (self.data.keys("key"), self.files()) != (keys, files):
            self.wrong.append(f"{number}: {name}: the live data has changed: {run}")
        # What a restore has stopped is started by the next one.
        for word in ("verify", *(["restore"] if restored else []), "run", "prune"):
            self.go_on(number, name, word)
        if restored:
            self.yard.slipway("restore", self.stack.path, "--env", self.stack.environment, "--forget", "--yes")

    def told(self, number: int, name: str, run: Run) -> None:
        """Dying is no way to say it, and what went wrong is named."""
        words = [*ERRORS.values(), "free", "no room", "full", "cannot", "the store", "bucket", "no reply", "No space left",
                 "damaged", "disk I/O"]  # fmt: skip
        if run.code == 0:
            return
        if run.code not in (1, 3, 4, 5, 6) or "atal error" in run.errors or not any(word in run.errors for word in words):
            self.wrong.append(f"{number}: {name}: is not said well: {run}")

    def go_on(self, number: int, name: str, word: str) -> None:
        policy = next(each for each in ("data", "files", "far") if f" {each} " in name)
        words = self.command(word, policy)
        run = self.yard.slipway(*(words[:-3] if word == "verify" else words))
        if run.code != 0:
            self.wrong.append(f"{number}: {name}: the next {word}: {run}")

    def sets(self) -> dict[str, str]:
        """Each file of the sets that are there, and its digest."""
        folders = [path.parent for path in (self.disk.path / "vault/sets").rglob("MANIFEST.json")]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for folder in folders
                if b'"abandoned"' not in (folder / "MANIFEST.json").read_bytes()[:40] for path in folder.iterdir()}  # fmt: skip

    def files(self) -> dict[str, str]:
        folder = self.stack.folder / "volumes/files/uploads"
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def must_fail(name: str) -> bool:
    """What goes on being wrong, of a command that needs it. Where one thing goes wrong once, it may be tried again; a
    draft that cannot be taken away is swept later, and a prune or a restore may have nothing to write there."""
    is_lasting = "and all later" in name or "99 on" in name
    return name.startswith("run") and is_lasting and "unlink" not in name and "mkdir" not in name and "cut within" not in name


@contextmanager
def disks(yard: Yard):
    (yard.home / "scratch").mkdir(mode=0o700, exist_ok=True)
    (yard.home / "scratch").rmdir()
    found = []
    try:
        found.append(Disk(yard.root / "disk", DISK))
        # Servers run as users of their own in there.
        found.append(Disk(yard.home / "scratch", SCRATCH, "0711"))
        yield found
    finally:
        for disk in found:
            disk.unmount()


def preload(yard: Yard) -> Path:
    shim = yard.root / "faults.so"
    source = Path(__file__).with_name("faults.c")
    compiler = shutil.which("cc") or shutil.which("clang") or sys.exit("there is no C compiler")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", shim, source, "-ldl"], check=True)
    return shim


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=300)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    faults = 10 if options.quick else options.faults
    with Yard("faults") as yard, Bucket(yard) as bucket, disks(yard) as (disk, scratch):
        line = Line(bucket.url, yard.free_port())
        spec = SPEC.replace("VAULT", str(disk.path / "vault")).replace("BUCKET", line.url)
        stack = yard.write("faults", spec, {"app/readme": "served"})
        deployed = stack.deploy()
        if not yard.check("the stack is deployed", deployed.code == 0, f"{deployed.seconds:.1f} s", details=deployed):
            return yard.exit_code
        campaign = Campaign(yard, stack, disk, scratch, line, preload(yard))
        campaign.grow()
        run = yard.slipway("backup", "run", stack.path, "--env", stack.environment)
        yard.check("it has sets on a small disk and in a bucket", run.code == 0, f"{run.seconds:.1f} s", details=run)
        kinds = [campaign.full_disk, campaign.broken_call, campaign.broken_call, campaign.bad_line, campaign.full_scratch]
        for number in range(faults):
            campaign.round(number, kinds)
            if number % 50 == 49:
                yard.note(f"{number + 1} faults, {len(campaign.wrong)} of them wrong")
        counts = ", ".join(f"{count} {word}" for word, count in sorted(campaign.counts.items()))
        failed = sum(count for word, count in campaign.counts.items() if not word.endswith("missed"))
        yard.check("faults are met, and most of them fail what they meet", failed >= faults * 0.7, f"{failed} of {faults}")
        yard.check("a full or broken disk or bucket costs no set, is said clearly, and holds up nobody", not campaign.wrong,
                   counts, details="\n".join(campaign.wrong[:20]))  # fmt: skip
        left = [str(path) for path in scratch.path.glob("*")]
        yard.check("nothing is left in the scratch folder", not left, details=left)
        line.stop()
        stack.down()
        for each in (disk, scratch):
            each.unmount()
        yard.check_nothing_left()
        return yard.exit_code


if __name__ == "__main__":
    sys.exit(main())
