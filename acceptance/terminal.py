#!/usr/bin/python3
"""
How slipway behaves on terminals and pipes: Ctrl-C at a question, a tree that fits the screen, colours only where a
terminal is, output that nobody reads or that finds no room, and homes that are somebody else's.

    acceptance/terminal.py
"""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

from yard import BINARY, StackCopy, Yard


class Terminal:
    """A run of slipway on a terminal of its own."""

    def __init__(self, yard: Yard, arguments: list[str], columns: int = 80, rows: int = 24):
        self.output = b""
        self.process, self._side = pty.fork()
        if self.process == 0:
            environment = {**os.environ, "SLIPWAY_HOME": str(yard.home), "TERM": "xterm"}
            environment.pop("NO_COLOR", None)
            os.execve(BINARY, ["slipway", *map(str, arguments)], environment)
        fcntl.ioctl(self._side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read_until(self, text: bytes, timeout: float = 30) -> bool:
        deadline = time.monotonic() + timeout
        while text not in self.output and time.monotonic() < deadline and self._read(0.2):
            pass
        return text in self.output

    def type(self, keys: bytes) -> None:
        os.write(self._side, keys)

    def wait(self, timeout: float = 60) -> int:
        """The exit code, or -9 after the time is over."""
        deadline = time.monotonic() + timeout
        while self._read(0.2):
            if time.monotonic() > deadline:
                os.kill(self.process, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        os.close(self._side)
        return code

    def _read(self, patience: float) -> bool:
        """False when the program has ended."""
        if not select.select([self._side], [], [], patience)[0]:
            return True
        try:
            piece = os.read(self._side, 65536)
        except OSError:  # Linux says so when the other side is closed.
            return False
        self.output += piece
        return bool(piece)


class Screen:
    """What a terminal shows of the few movements that slipway makes."""

    def __init__(self, columns: int, rows: int):
        self.columns, self.rows = columns, rows
        self.lines, self.x, self.y = [""] * rows, 0, 0
        self.scrolled: list[str] = []
        self.broken = 0

    def feed(self, text: str) -> None:
        for move, number, kind, sign in re.findall(r"(\x1b\[(\d*)([A-Za-z]))|(?s:(.))", text) or []:
            if kind == "A":
                self.y = max(0, self.y - int(number or 1))
            elif kind == "K":
                self.lines[self.y] = ""
            elif kind == "J":
                self.lines[self.y:] = [self.lines[self.y][: self.x]] + [""] * (self.rows - self.y - 1)
            elif sign == "\r":
                self.x = 0
            elif sign == "\n":
                self._down()
            elif not move:
                self._put(sign)

    def _put(self, sign: str) -> None:
        if self.x == self.columns:
            self.broken += 1
            self.x = 0
            self._down()
        line = self.lines[self.y].ljust(self.x)
        self.lines[self.y] = line[: self.x] + sign + line[self.x + 1 :]
        self.x += 1

    def _down(self) -> None:
        if self.y < self.rows - 1:
            self.y += 1
        else:
            self.scrolled.append(self.lines.pop(0))
            self.lines.append("")

    @property
    def everything(self) -> list[str]:
        return self.scrolled + self.lines


def run(yard: Yard, *arguments: object, **options) -> subprocess.CompletedProcess:
    environment = {**os.environ, "SLIPWAY_HOME": str(yard.home), **options.pop("variables", {})}
    environment = {name: value for name, value in environment.items() if value is not None}
    return subprocess.run([BINARY, *map(str, arguments)], env=environment, text=True, timeout=60, **options)


def question(yard: Yard, stack: StackCopy) -> None:
    terminal = Terminal(yard, ["deploy", stack.path])
    asked = terminal.read_until(b"[y/N] ")
    began = time.monotonic()
    terminal.type(b"\x03")
    code = terminal.wait(10)
    yard.check("Ctrl-C at the question ends it", asked and code == 130, f"exit {code} after {time.monotonic() - began:.1f} s",
               details=terminal.output.decode(errors="replace"))  # fmt: skip
    terminal = Terminal(yard, ["deploy", stack.path])
    terminal.read_until(b"[y/N] ")
    terminal.type(b"n\n")
    code = terminal.wait(10)
    yard.check("no is no", code == 6 and not stack.folder.exists(), f"exit {code}", details=terminal.output)


def tree(yard: Yard, stack: StackCopy, verb: str, columns: int, rows: int) -> None:
    terminal = Terminal(yard, [verb, stack.path, "--yes"], columns, rows)
    code = terminal.wait(120)
    text = terminal.output.decode(errors="replace")
    screen = Screen(columns, rows)
    # The plan before the tree and the words after it may be of any width.
    screen.feed(text[text.index("\r\x1b[2K") : text.rindex("\x1b[J")])
    titles = [line for line in screen.everything if re.search(r": \d+ of \d+ steps", line)]
    # On a narrow screen it is cut off with the end of its line.
    aged = re.search(r"\S  \d+ s\b", text) is not None
    yard.check(f"a {verb} on {columns}x{rows} draws one tree in its place",
               code == 0 and len(titles) == 1 and screen.broken == 0 and (aged or columns < 60),
               f"{len(titles)} trees, {screen.broken} broken lines, {'with' if aged else 'without'} ages, exit {code}", details="\n".join(screen.everything))  # fmt: skip


def frozen(yard: Yard, stack: StackCopy) -> None:
    """Nobody reads the terminal until the operation is over, as after Ctrl-S."""
    began = time.monotonic()
    terminal = Terminal(yard, ["restart", stack.path, "--yes"], 200, 60)
    terminal.type(b"\x13")
    release = None
    while time.monotonic() - began < 60 and release != "succeeded":
        time.sleep(0.5)
        last = stack.slipway("history", "--limit", "1", "--output", "json").json()[0]
        release = last["state"] if last["plan"]["purpose"] == "restart" else None
    seconds = time.monotonic() - began
    terminal.type(b"\x11")
    code = terminal.wait()
    yard.check("a terminal that stands still holds up no step", release == "succeeded" and code == 0, f"{seconds:.1f} s")


def colors(yard: Yard, stack: StackCopy) -> None:
    side, file = pty.openpty()  # a terminal for standard error alone
    saved = run(yard, "history", stack.path, stdout=subprocess.PIPE, stderr=file, variables={"TERM": "xterm", "NO_COLOR": None})
    yard.check("a file gets no colours from the terminal beside it", "\x1b" not in saved.stdout and saved.returncode == 0)
    os.close(side)
    os.close(file)


def readers(yard: Yard, stack: StackCopy) -> None:
    with open("/dev/full", "w") as full:
        lost = run(yard, "history", stack.path, stdout=full, stderr=subprocess.PIPE)
    yard.check("output without room is a failure", lost.returncode == 1 and "No space left" in lost.stderr, f"exit {lost.returncode}")
    began = time.monotonic()
    environment = {**os.environ, "SLIPWAY_HOME": str(yard.home)}
    following = subprocess.Popen([BINARY, "logs", str(stack.path), "--follow"], env=environment, stdout=subprocess.PIPE)
    following.stdout.readline()
    following.stdout.close()
    try:
        code = following.wait(10)
    except subprocess.TimeoutExpired:
        following.kill()
        code = following.wait()
    yard.check("logs --follow ends with its reader", code == 0, f"exit {code} after {time.monotonic() - began:.1f} s")


def programs(yard: Yard, stack: StackCopy) -> None:
    planned = stack.slipway("restart", "--dry-run", "--output", "json")
    yard.check("a dry run prints its plan as JSON", planned.code == 0 and planned.json()["purpose"] == "restart")
    plain = stack.slipway("restart", "--dry-run")
    yard.check("a dry run prints its plan on standard output", "restart" in plain.output)
    run = stack.slipway("restart", "--yes", "--progress", "json")
    events = [json.loads(line) for line in run.output.splitlines()]
    yard.check("JSON progress is alone on standard output and ends with the result",
               events[-1]["event"] == "result" and events[-1]["exitCode"] == run.code == 0 and not run.errors,
               f"{len(events)} lines", details=run)  # fmt: skip
    refused = stack.slipway("rollback", "--yes", "--to", "99", "--progress", "json")
    last = json.loads(refused.output.splitlines()[-1])
    yard.check("so does a refusal", last["exitCode"] == refused.code == 2 and "99" in last["error"]["message"], details=refused)


def words(yard: Yard, stack: StackCopy) -> None:
    wrong = yard.slipway("down", f"{stack.name}/local", "--env", "production", "--yes")
    yard.check("an environment that contradicts the name is refused", wrong.code == 2 and stack.status()["release"] is not None)
    short = stack.slipway("down", "--yes", "--destroy-data", stack.name)
    yard.check("the short name destroys nothing", short.code == 6 and stack.folder.exists())
    for verb in ("history", "logs", "status"):
        unknown = yard.slipway(verb, "nosuch/local")
        yard.check(f"{verb} of an unknown stack is refused", unknown.code == 2 and str(yard.home) in unknown.errors, details=unknown)
    unknown = stack.slipway("logs", "--service", "nosuch")
    yard.check("logs of an unknown service are refused", unknown.code == 2 and "app, edge" in unknown.errors, details=unknown)
    stamp = stack.slipway("logs", "--tail", "1").output[:20]
    since = stack.slipway("logs", "--since", stamp)
    yard.check("logs --since takes the stamp that logs prints", since.code == 0 and stamp in since.output, stamp, details=since)
    listed = yard.start("status", "--exit-code").wait()
    yard.check("status without a stack lists all", listed.code == 0 and f"{stack.name}/local" in listed.output, details=listed)
    variables = stack.slipway("exec", "--replica", "app-1", "--", "env").output.splitlines()
    strays = [each for each in variables if not re.match(r"[A-Z_]+=", each)]
    yard.check("a program gets no variables but its own", variables and not strays, ", ".join(strays))
    told = [yard.slipway(*words) for words in (["--help"], ["help"], [])]
    yard.check("--help lists the verbs", all(run.code == 0 and "rollback" in run.output for run in told), details=told[0])
    typo = yard.slipway("deplooy", stack.path)
    yard.check("a typing mistake in a verb is understood", typo.code == 2 and "deploy?" in typo.errors, details=typo)
    stack.slipway("stop", "--yes")
    again = stack.slipway("stop", "--yes")
    yard.check("stop of what is stopped says so", again.code == 0 and "is stopped" in again.output, again.output.strip())


def homes(yard: Yard, stack: StackCopy) -> None:
    if os.geteuid() != 0:
        return yard.warn("homes of other users: left out, needs root")
    nobody = {"user": 65534, "group": 65534, "extra_groups": [], "capture_output": True}
    # Who may run the binary at all: a build lies in a place that others cannot enter.
    program = yard.root / "slipway"
    os.link(BINARY, program) if os.stat(BINARY).st_dev == os.stat(yard.root).st_dev else subprocess.run(["cp", BINARY, program], check=True)
    environment = {"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", "")}
    foreign = subprocess.run([program, "status"], env={**environment, "SLIPWAY_HOME": str(yard.home)}, cwd="/", text=True, **nobody)
    yard.check("the home of another user is refused", foreign.returncode == 1 and "belongs to root" in foreign.stderr, details=foreign)
    homeless = subprocess.run([program, "status"], env={**environment, "XDG_STATE_HOME": ""}, cwd="/", text=True, **nobody)
    yard.check("without a home nothing is guessed", homeless.returncode == 2 and "SLIPWAY_HOME" in homeless.stderr, details=homeless)
    keys = yard.home / "keys"
    keys.chmod(0o755)
    open_keys = stack.slipway("status")
    keys.chmod(0o700)
    yard.check("keys that are open to others are refused", open_keys.code == 1 and "chmod 0700" in open_keys.errors, details=open_keys)
    made = subprocess.run([program, "init", "first"], env=environment, cwd=yard.root, umask=0o022, capture_output=True)
    mode = (yard.root / "first/stack.yaml").stat().st_mode & 0o777 if made.returncode == 0 else 0
    yard.check("init writes with the caller's mask", mode == 0o644, f"{mode:o}", details=made)


def main() -> int:
    with Yard("terminal") as yard:
        stack = yard.copy("stacks/hello")
        stack.edit(r"healthyFor: \w+", "healthyFor: 2s")  # so long that some step is seen to have an age
        question(yard, stack)
        tree(yard, stack, "deploy", 60, 15)
        tree(yard, stack, "restart", 120, 40)
        tree(yard, stack, "restart", 40, 5)
        frozen(yard, stack)
        colors(yard, stack)
        readers(yard, stack)
        programs(yard, stack)
        homes(yard, stack)
        words(yard, stack)
        stack.down()
        yard.check_nothing_left()
    return yard.exit_code


if __name__ == "__main__":
    sys.exit(main())
