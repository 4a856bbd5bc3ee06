"""
What the acceptance scripts share: a yard to build stacks in, and to leave as clean as it was found.

    with Yard("updates") as yard:
        shop = yard.copy("stacks/shop")
        run = yard.slipway("deploy", shop.path, "--env", "local", "--yes")
        yard.check("deploys", run.code == 0, f"{run.seconds:.1f} s")
        shop.down()
        yard.check_nothing_left()
    sys.exit(yard.exit_code)

Environment: SLIPWAY is the binary under test (.build/debug/slipway), SLIPWAY_PORTS the ports that edges may listen on
(8900-8999). Needs only Python's standard library.
"""

import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
BINARY = Path(os.environ.get("SLIPWAY") or REPOSITORY / ".build/debug/slipway").resolve()


@dataclass
class Run:
    """One run of slipway that has ended."""

    code: int
    output: str
    errors: str
    seconds: float
    # When each line arrived on standard error (time.time()), and the line.
    lines: list[tuple[float, str]] = field(default_factory=list)

    def json(self):
        return json.loads(self.output)

    def when(self, text: str) -> float | None:
        """When the first line with this text arrived on standard error."""
        return next((at for at, line in self.lines if text in line), None)

    def __str__(self) -> str:
        return f"exit {self.code} after {self.seconds:.1f} s\n{self.output}{self.errors}"


class Started:
    """A run of slipway under way, in a process group of its own so that it can be interrupted alone."""

    def __init__(self, arguments: list[str], environment: dict[str, str], through: tuple[str, ...] = ()):
        self._began = time.monotonic()
        self.process = subprocess.Popen(
            [*through, str(BINARY), *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, errors="replace", env=environment, start_new_session=True,
        )  # fmt: skip
        self.lines: list[tuple[float, str]] = []
        self._output: list[str] = []
        self._ended = self._began
        self._readers = [threading.Thread(target=reader, daemon=True) for reader in (self._read, self._read_errors)]
        for reader in self._readers:
            reader.start()

    def _read(self) -> None:
        self._output.append(self.process.stdout.read())

    def _read_errors(self) -> None:
        for line in self.process.stderr:
            self.lines.append((time.time(), line))

    def wait_for(self, text: str, timeout: float = 60) -> bool:
        """Waits for a line with this text on standard error."""
        deadline = time.monotonic() + timeout
        while not any(text in line for _, line in list(self.lines)):
            if time.monotonic() > deadline or (self.process.poll() is not None and not self._readers[1].is_alive()):
                return False
            time.sleep(0.01)
        return True

    def kill(self, number: int = signal.SIGKILL) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)

    def wait(self, timeout: float = 300) -> Run:
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
            self.lines.append((time.time(), f"(killed by the test after {timeout:.0f} s)\n"))
        seconds = time.monotonic() - self._began
        for reader in self._readers:
            reader.join(10)
        errors = "".join(line for _, line in self.lines)
        return Run(code, "".join(self._output), errors, seconds, self.lines)


class Load:
    """scripts/load under way."""

    def __init__(self, url: str, *options: object):
        command = [sys.executable, str(REPOSITORY / "scripts/load"), url, *map(str, options)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    @property
    def is_over(self) -> bool:
        return self._process.poll() is not None

    def result(self) -> dict:
        """Waits for its end. Its keys: requests, failed, p50_ms, p99_ms, keepalive, fresh."""
        output, errors = self._process.communicate()
        if self._process.returncode != 0:
            raise RuntimeError(f"there is no measurement: {errors.strip()}")
        return json.loads(output)

    def stop(self) -> None:
        if not self.is_over:
            self._process.terminate()  # scripts/load stops its clients itself
        self._process.wait()


class Trickle:
    """Light load without an end of its own: one client that keeps its connection, one that makes a new one each time.

    Every request that is not answered with 2xx within two seconds has failed. Stops when left.
    """

    def __init__(self, url: str, per_second: float = 20):
        self._host, self._path = re.fullmatch(r"http://([^/]+)(/.*)", url).groups()
        self._pause = 1 / per_second
        self._over = threading.Event()
        self.requests, self.failures = 0, []
        self._lock = threading.Lock()

    def __enter__(self) -> "Trickle":
        self._threads = [threading.Thread(target=self._run, args=[keeps], daemon=True) for keeps in (True, False)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    @property
    def failed(self) -> int:
        return len(self.failures)

    def __str__(self) -> str:
        return f"{self.failed} of {self.requests} requests failed"

    def _run(self, keeps: bool) -> None:
        connection = http.client.HTTPConnection(self._host, timeout=2)
        while not self._over.wait(self._pause):
            try:
                connection.request("GET", self._path, headers={} if keeps else {"Connection": "close"})
                reply = connection.getresponse()
                reply.read()
                problem = None if 200 <= reply.status < 300 else f"status {reply.status}"
            except (OSError, http.client.HTTPException) as error:
                problem = repr(error)
            if problem or not keeps:
                connection.close()
            with self._lock:
                self.requests += 1
                if problem:
                    self.failures.append(f"{time.strftime('%H:%M:%S')} {'kept' if keeps else 'new'}: {problem}")


class StackCopy:
    """A stack of ours: its own folder, its own port."""

    def __init__(self, yard: "Yard", path: Path, port: int | None, environment: str):
        self.yard, self.path, self.port, self.environment = yard, path, port, environment

    @property
    def spec(self) -> Path:
        return self.path / "stack.yaml"

    @cached_property
    def name(self) -> str:
        """As the spec says when it is first asked for."""
        return re.search(r"^stack:\s*(\S+)", self.spec.read_text(), re.M).group(1)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def folder(self) -> Path:
        """Where the process engine keeps it."""
        return self.yard.home / "stacks" / self.name / self.environment

    def edit(self, pattern: str, replacement: str) -> None:
        """Replaces what a regular expression finds in the spec; finding nothing is an error of the test."""
        text, count = re.subn(pattern, replacement, self.spec.read_text(), flags=re.M)
        if count == 0:
            raise ValueError(f"{self.spec} has no {pattern}")
        self.spec.write_text(text)

    def slipway(self, verb: str, *arguments: object, **options) -> Run:
        return self.yard.slipway(verb, self.path, "--env", self.environment, *arguments, **options)

    def start(self, verb: str, *arguments: object, **options) -> Started:
        return self.yard.start(verb, self.path, "--env", self.environment, *arguments, **options)

    def deploy(self, *arguments: object, **options) -> Run:
        return self.slipway("deploy", "--yes", *arguments, **options)

    def status(self) -> dict:
        run = self.slipway("status", "--output", "json")
        if run.code != 0:
            raise RuntimeError(f"slipway status: {run}")
        return run.json()

    def replicas(self, service: str) -> dict[str, dict]:
        """What status says of a service's replicas, by their names."""
        found = next(each for each in self.status()["services"] if each["name"] == service)
        return {replica["id"]: replica for replica in found["replicas"]}

    def processes_of(self, *services: str) -> dict[str, int]:
        """The process ids of all replicas, or of those of some services, by replica."""
        return {
            replica["id"]: replica.get("processID")
            for each in self.status()["services"] if not services or each["name"] in services
            for replica in each["replicas"]
        }  # fmt: skip

    def inside(self, service: str, script: str, *arguments: str) -> str:
        """What a shell script says beside a replica of a service; an error of the test where it fails."""
        run = self.slipway("exec", "--replica", service, "--", "sh", "-c", script, "sh", *arguments)
        if run.code != 0:
            raise RuntimeError(f"{service}: {run}")
        return run.output.strip()

    def sql(self, text: str) -> str:
        """As the administrator of Postgres, through its socket, in the database of the shop."""
        port = r'$(ls -A | sed -n "s/^\.s\.PGSQL\.\([0-9]*\)$/\1/p")'
        script = f'psql -X -q -At -v ON_ERROR_STOP=1 -h "$PWD" -p {port} -U postgres -d shop -c "$1"'
        return self.inside("postgres", script, text)

    def load(self, path: str, *options: object) -> Load:
        return self.yard.load(self.url + path, *options)

    def down(self) -> Run:
        return self.slipway("down", "--yes", "--no-backup", "--destroy-data", f"{self.name}/{self.environment}")


@dataclass(frozen=True)
class Process:
    id: int
    command: str
    state: str

    def __str__(self) -> str:
        return f"{self.id} ({self.command})"


class Yard:
    """A temporary $SLIPWAY_HOME, the stacks in it, and the account of what was checked."""

    def __init__(self, name: str):
        if not BINARY.is_file():
            sys.exit(f"there is no {BINARY}; build it, or name another one in SLIPWAY")
        # A short path: the sockets of databases below it must stay within the kernel's 107 bytes.
        self.root = Path(tempfile.mkdtemp(prefix=f"yard-{name}-", dir="/var/tmp"))
        self.home = self.root / "home"
        self.home.mkdir()
        for folder in (self.root, self.home):  # replicas run as users of their own and pass through
            folder.chmod(0o711)
        self.failures = 0
        self._loads: list[Load] = []
        self._starts: list[Started] = []
        self._stacks: list[StackCopy] = []
        self._ports = ports()

    def __enter__(self) -> "Yard":
        return self

    def __exit__(self, kind, error, trace) -> None:
        for load in self._loads:
            load.stop()
        for started in self._starts:
            started.kill()
        for stack in self._stacks:
            if stack.folder.exists():
                stack.down()
        for process in processes_below(self.home):  # only after a failure
            kill(process.id)
        if kind is not None:
            self.failures += 1
        shutil.rmtree(self.root, ignore_errors=True)

    @property
    def exit_code(self) -> int:
        return 1 if self.failures else 0

    # Building

    def copy(self, stack: str, environment: str = "local", name: str | None = None) -> StackCopy:
        """A copy of a stack of the repository with a port of ours, and another name if wanted."""
        path = self.root / (name or Path(stack).name)
        shutil.copytree(REPOSITORY / stack, path)
        port = next(self._ports)
        copy = self.adopt(path, port, environment)
        copy.edit(r"listen: *\d+", f"listen: {port}")
        if name:
            copy.edit(r"^stack: *\S+", f"stack: {name}")
        return copy

    def write(self, name: str, spec: str, files: dict[str, str], environment: str = "local") -> StackCopy:
        """A stack of our own. `EDGE_PORT` in the spec becomes the edge's port."""
        path = self.root / name
        port = next(self._ports)
        for file, text in {**files, "stack.yaml": spec.replace("EDGE_PORT", str(port))}.items():
            (path / file).parent.mkdir(parents=True, exist_ok=True)
            (path / file).write_text(text)
        return self.adopt(path, port, environment)

    def adopt(self, path: Path, port: int | None, environment: str) -> StackCopy:
        stack = StackCopy(self, path, port, environment)
        self._stacks.append(stack)
        return stack

    def free_port(self) -> int:
        return next(self._ports)

    # Running

    def start(self, *arguments: object, variables: dict[str, str] | None = None, through: tuple[str, ...] = ()
              ) -> Started:  # fmt: skip
        """`through` is a program that becomes slipway."""
        environment = {**os.environ, "SLIPWAY_HOME": str(self.home), "NO_COLOR": "1", **(variables or {})}
        started = Started([str(argument) for argument in arguments], environment, through)
        self._starts.append(started)
        return started

    def slipway(self, *arguments: object, timeout: float = 300, **options) -> Run:
        return self.start(*arguments, **options).wait(timeout)

    def load(self, url: str, *options: object) -> Load:
        load = Load(url, *options)
        self._loads.append(load)
        return load

    def processes(self) -> list[Process]:
        """Every process that lies below this home."""
        return processes_below(self.home)

    # Telling

    def check(self, name: str, holds: bool, figure: object = "", *, details: object = "") -> bool:
        """One line with its figure. What explains a failure is printed below it."""
        print(f"{'passed' if holds else 'FAILED'}  {name}{f': {figure}' if figure != '' else ''}", flush=True)
        if not holds:
            self.failures += 1
            for line in str(details).splitlines():
                print(f"          | {line}", flush=True)
        return holds

    def warn(self, text: str) -> None:
        print(f"warning {text}", flush=True)

    def note(self, text: str) -> None:
        print(f"        {text}", flush=True)

    def check_nothing_left(self) -> bool:
        """After every stack is down: no process, port, mount, control group or stack folder."""
        left = [f"process {process}" for process in self._settled(self.processes)]
        left += [f"port {stack.port} still open" for stack in self._stacks if stack.port and is_listening(stack.port)]
        left += [f"mount {mount}" for mount in mounts_below(self.root)]
        left += [f"control group {group}" for group in self._settled(self.control_groups)]
        left += [f"folder {stack.folder}" for stack in self._stacks if stack.folder.exists()]
        return self.check("leaves nothing behind", not left, f"{len(left)} things left", details="\n".join(left))

    def control_groups(self) -> list[Path]:
        return [group for stack in self._stacks for group in control_groups_of(stack.folder)]

    @staticmethod
    def _settled(look) -> list:
        """What is still there after a moment: a process that ends takes a little."""
        deadline = time.monotonic() + 3
        while (found := look()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return found


def ports():
    """Free ports of the range in SLIPWAY_PORTS, each once."""
    low, _, high = (os.environ.get("SLIPWAY_PORTS") or "8900-8999").partition("-")
    for port in range(int(low), int(high or low) + 1):
        if not is_listening(port):
            yield port
    raise RuntimeError(f"no port of {low}-{high} is free; give others in SLIPWAY_PORTS")


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def processes_below(folder: Path) -> list[Process]:
    """Every living process whose working directory, program or arguments lie in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid() and (process := _process(entry, f"{folder}/")):
            found.append(process)
    return sorted(found, key=lambda process: process.id)


def _process(entry: Path, folder: str) -> Process | None:
    try:
        command = entry.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        links = [f"{os.readlink(entry / name)}/" for name in ("cwd", "exe")]
        state = entry.joinpath("stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return None  # It has ended, or is the kernel's.
    if state == "Z" or not (folder in f"{command}/" or any(link.startswith(folder) for link in links)):
        return None
    return Process(int(entry.name), command, state)


def mounts_below(folder: Path) -> list[str]:
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    return [mount for mount in mounts if mount.startswith(f"{folder}/")]


def control_groups_of(folder: Path) -> list[Path]:
    """Those of a stack's replicas: each is named after its stack, its replica and a digest of the stack's folder."""
    end = "." + hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    roots = [Path("/sys/fs/cgroup"), *Path("/sys/fs/cgroup").glob("*")]
    # Others come and go: a glob that went further down would trip over them.
    return [root / "slipway" / name for root in roots if (root / "slipway").is_dir()
            for name in os.listdir(root / "slipway") if name.endswith(end)]  # fmt: skip


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass
