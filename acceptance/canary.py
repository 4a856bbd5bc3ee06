#!/usr/bin/python3
"""
Looks for the secret values of a deployed stack everywhere they must not be: the arguments of every process while
changes, backups, proofs and restores run, the environments of processes they are not meant for, the ledger, logs, plans,
rendered files, every output of slipway, every object of the vault, every file of the home but the 0600 files of the
replicas they are for. Then plants one to see that the search finds it.

    acceptance/canary.py
"""

import json
import os
import re
import secrets
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections import Counter
from pathlib import Path
from urllib.parse import quote

from inventory import command
from yard import StackCopy, Yard

LARGEST = 64 << 20  # bytes of a file


class Search:
    """Looks for values in their usual guises and counts the places."""

    def __init__(self, values: dict[str, str]):
        self.places: Counter = Counter()
        self.found: dict[str, str] = {}  # place: names of what was there
        self._needles: dict[bytes, str] = {}
        for name, value in values.items():
            self.add(name, value)

    def add(self, name: str, value: str) -> None:
        guises = (value, quote(value, safe=""), b64encode(value.encode()).decode().rstrip("="), value.encode().hex())
        self._needles |= {guise.encode(): name for guise in guises}

    def names(self, content: bytes) -> set[str]:
        return {name for needle, name in self._needles.items() if needle in content}

    def look(self, kind: str, place: str, content: bytes) -> None:
        self.places[kind] += 1
        if names := self.names(content):
            self.found[f"{kind}: {place}"] = ", ".join(sorted(names))


class ProcessWatch:
    """Reads the arguments of every process all the time, and the environments as often as that allows."""

    def __init__(self, search: Search):
        self.search = search
        self.rounds = 0
        self._seen: set[tuple[int, str, bytes]] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "ProcessWatch":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            for process in (entry for entry in os.listdir("/proc") if entry.isdecimal()):
                self._look(int(process), "cmdline", "arguments")
                if self._look(int(process), "environ", "environments of others"):
                    continue
            self.rounds += 1
            time.sleep(0.002)

    def _look(self, process: int, file: str, kind: str) -> None:
        try:
            content = Path(f"/proc/{process}/{file}").read_bytes()
        except OSError:
            return
        key = (process, file, content)
        if key in self._seen:
            return
        self._seen.add(key)
        if file == "environ" and self.search.names(content) and meant_for(content, process):
            self.search.places["environments meant to have some"] += 1
        else:
            self.search.look(kind, f"{process} {command(process)}", content)


def meant_for(content: bytes, process: int) -> bool:
    """The API itself, from the moment it becomes the API; and redis-cli, which takes its password this way."""
    line = command(process)
    if re.match(r"(\S*/)?(s6-supervise|s6-log|slipway|haproxy|prometheus|postgres|redis-server)\b", line):
        return False
    return b"SLIPWAY_REPLICA=api-" in content or re.match(r"(\S*/)?redis-cli\b", line) is not None


# What is secret


def values_of(stack: StackCopy, given: str) -> dict[str, str]:
    """Read from where they are meant to be."""
    text = next((stack.folder / "replicas").glob("api-*/environment")).read_text()
    variables = dict(re.findall(r'^(\w+)="(.*)"$', text, re.M))
    values = {
        "redis-app": re.search(r"//[^:]+:([^@]+)@", variables["REDIS_URL"])[1],
        "postgres-app": re.search(r"//[^:]+:([^@]+)@", variables["DATABASE_URL"])[1],
        "jwt": variables["JWT_SECRET"],
        "given": variables["CANARY"],
        "redis-admin": next((stack.folder / "replicas").glob("redis-*/work/admin.secret")).read_text().strip(),
        **exporters_of(stack),
        "key of the edge": key_of(stack),
    }
    if values["given"] != given or min(map(len, values.values())) < 20 or len(set(values.values())) != len(values):
        raise RuntimeError(f"these are no secrets: {values.keys()}")
    master = (stack.yard.home / "keys/master.key").read_text(errors="replace").strip()
    return values | {"master key": master.splitlines()[-1]}


def key_of(stack: StackCopy) -> str:
    """A line of the private key that the edge serves with, from where nothing of the public one is left."""
    text = next((stack.folder / "replicas").glob("edge-*/work/certificate-*.pem")).read_text()
    return text[text.index("PRIVATE KEY"):].splitlines()[10]


def exporters_of(stack: StackCopy) -> dict[str, str]:
    """The passwords of the exporters that are installed here."""
    replicas = stack.folder / "replicas"
    found = {}
    for path in replicas.glob("redis-exporter-*/work/passwords.secret"):
        found["redis-exporter"] = next(iter(json.loads(path.read_text()).values()))
    for path in replicas.glob("postgres-exporter-*/work/password.secret"):
        found["postgres-exporter"] = path.read_text().strip()
    return found


# Files

MEANT = [
    (r"stacks/shop/local/replicas/api-\d+/environment", {"redis-app", "postgres-app", "jwt", "given"}, "root"),
    (r"stacks/shop/local/replicas/redis-\d+/work/admin\.secret", {"redis-admin"}, "redis"),
    (r"stacks/shop/local/replicas/redis-exporter-\d+/work/passwords\.secret", {"redis-exporter"}, "a number"),
    (r"stacks/shop/local/replicas/postgres-exporter-\d+/work/password\.secret", {"postgres-exporter"}, "a number"),
    (r"stacks/shop/local/replicas/edge-\d+/work/certificate-\d+\.pem", {"renewed key of the edge"}, "haproxy"),
    (r"keys/master\.key", {"master key"}, "root"),
    (r"keys/vault\.key", {"key of the vault"}, "root"),
]


def search_files(search: Search, yard: Yard) -> None:
    """The whole home. Files that are meant to hold a value must be for their owner alone."""
    for folder, _, names in os.walk(yard.home):
        for name in names:
            path = Path(folder, name)
            if not path.is_file() or path.is_symlink() or path.stat().st_size > LARGEST:
                continue
            content, place = path.read_bytes(), str(path.relative_to(yard.home))
            allowed = next((each for each in MEANT if re.fullmatch(each[0], place)), None)
            if allowed and search.names(content) <= allowed[1]:
                search.places["files meant to have some"] += 1
                mode, owner = path.stat().st_mode & 0o7777, owner_of(path)
                if mode != 0o600 or owner != allowed[2]:
                    search.found[f"file {place}"] = f"is {mode:o} of {owner}, not 600 of {allowed[2]}"
            else:
                search.look("files", place, content)


def owner_of(path: Path) -> str:
    """A service without a user of the machine runs under a number of its own."""
    try:
        return path.owner()
    except KeyError:
        return "a number"


def search_temporary(search: Search, since: float) -> None:
    """What somebody may have dropped meanwhile."""
    for folder in ("/tmp", "/run", "/dev/shm", "/var/tmp"):
        for path in Path(folder).glob("*"):
            try:
                if path.is_file() and path.stat().st_mtime >= since and path.stat().st_size < LARGEST:
                    search.look("temporary files", str(path), path.read_bytes())
            except OSError:
                continue


# Outputs


def search_outputs(search: Search, stack: StackCopy) -> None:
    saved = stack.yard.root / "plan.json"
    calls = {
        "status": [], "status --output json": [], "history": [], "history --output json": [], "plan": [],
        "plan --output json": [], f"plan --out {saved}": [], "deploy --dry-run": [], "rollback --dry-run": [],
        "restart --dry-run": [], "scale --replicas api=3 --dry-run": [], "down --dry-run": [], "logs --tail 1000": [],
    }  # fmt: skip
    for call in calls:
        verb, *arguments = call.split()
        run = stack.slipway(verb, *arguments)
        search.look("outputs", call, (run.output + run.errors).encode())
    search.look("outputs", "saved plan", saved.read_bytes())
    spec = stack.yard.slipway("validate", stack.path)
    search.look("outputs", "validate", (spec.output + spec.errors).encode())


def search_rendered(search: Search, stack: StackCopy) -> None:
    """What is rendered while the secrets are there: the files, and what is said of them."""
    for target in ("compose", "kubernetes", "process"):
        folder = stack.yard.root / f"rendered-{target}"
        run = stack.slipway("render", "--target", target, "--output", folder)
        stack.yard.check(f"renders for {target}", run.code == 0, details=run if run.code else "")
        search.look("outputs", f"render for {target}", (run.output + run.errors).encode())
        for path in folder.rglob("*"):
            if path.is_file():
                search.look("rendered files", str(path.relative_to(folder.parent)), path.read_bytes())


def certify(stack: StackCopy) -> None:
    """The edge speaks TLS with a certificate that lies beside the spec."""
    make_certificate(stack)
    stack.edit(r"^secrets:$", "secrets:\n  site: {kind: given, files: [certificate.pem, key.pem]}")
    stack.edit(r"routes: \[\{path: /, service: api\}\]", "routes: [{path: /, service: api}], tls: {certificate: site}")


def make_certificate(stack: StackCopy) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=canary.example", "-days", "30",
         "-keyout", stack.path / "key.pem", "-out", stack.path / "certificate.pem"],
        check=True, capture_output=True,
    )  # fmt: skip


def renew(search: Search, stack: StackCopy) -> None:
    """Another certificate, and one that no server can use."""
    before = key_of(stack)
    (stack.path / "certificate.pem").rename(stack.path / "former.pem")
    make_certificate(stack)
    run = stack.deploy("--progress", "json")
    search.look("outputs", "renewal", (run.output + run.errors).encode())
    stack.yard.check("a renewed certificate is taken up", run.code == 0 and key_of(stack) != before,
                     f"{run.seconds:.1f} s", details=run)  # fmt: skip
    again = stack.slipway("plan", "--exit-code")
    stack.yard.check("and only once", again.code == 0, f"exit {again.code}", details=again if again.code else "")
    renewed = (stack.path / "certificate.pem").read_text()
    (stack.path / "certificate.pem").write_text((stack.path / "former.pem").read_text())
    refused = stack.deploy()
    search.look("outputs", "refused certificate", (refused.output + refused.errors).encode())
    stack.yard.check("a certificate of another key is refused", refused.code != 0 and "does not belong" in refused.errors,
                     f"exit {refused.code}", details=refused)  # fmt: skip
    (stack.path / "certificate.pem").write_text(renewed)


def change(search: Search, stack: StackCopy, version: str) -> None:
    """A deploy, its rollback, a deploy that fails: watched while they run, and their words read."""
    stack.edit(r'APP_VERSION: ".*"', f'APP_VERSION: "{version}"')
    runs = {"deploy": stack.deploy("--progress", "json"), "rollback": stack.slipway("rollback", "--yes")}
    stack.edit(r"readiness: /readyz", "readiness: /nowhere")
    stack.edit(r"deadline: 2m", "deadline: 3s")
    runs["failing deploy"] = stack.deploy("--progress", "plain")
    stack.edit(r"readiness: /nowhere", "readiness: /readyz")
    stack.edit(r"deadline: 3s", "deadline: 2m")
    for name, run in runs.items():
        search.look("outputs", name, (run.output + run.errors).encode())
        wanted = 5 if name == "failing deploy" else 0
        stack.yard.check(f"a {name} under the eyes of the search", run.code == wanted, f"exit {run.code}",
                         details=run if run.code != wanted else "")  # fmt: skip


# Backups

ITEM = "an-order-that-nobody-else-reads"


def back_up(search: Search, stack: StackCopy, vault: Path) -> None:
    """Every verb that reads or writes the vault, and then all that lies in it."""
    stack.sql(f"INSERT INTO orders (item, quantity) VALUES ('{ITEM}', 1)")
    calls = ["backup run", "backup list", "backup verify", "backup prove", "backup prune --policy redis-hourly --yes", "kit",
             "restore --service postgres --yes", "restore --service redis --yes", "restore --forget --yes"]  # fmt: skip
    for call in calls:
        verb, word, *arguments = f"{call} --env {stack.environment}".split()
        words = [verb, word, stack.path, *arguments] if verb == "backup" else [verb, stack.path, word, *arguments]
        run = stack.yard.slipway(*words)
        search.look("outputs", call, (run.output + run.errors).encode())
        stack.yard.check(f"{call} under the eyes of the search", run.code == 0, details=run if run.code else "")
        if call == "backup run":
            search.add("key of the vault", (stack.yard.home / "keys/vault.key").read_text().split()[-1])
    data = Search({"an order": ITEM})  # which the server itself may have in its files
    for path in vault.rglob("*"):
        if path.is_file():
            search.look("files of the vault", str(path.relative_to(vault)), path.read_bytes())
            data.look("files of the vault", str(path.relative_to(vault)), path.read_bytes())
    search.found |= data.found


def open_vault(yard: Yard, vault: Path, values: dict[str, str]) -> None:
    """What the search does not find in the vault is there, for whoever has the key."""
    search = Search({**values, "an order": ITEM})
    for path in (vault / "sets").rglob("*.zst.age"):
        opened = subprocess.run(["age", "--decrypt", "-i", yard.home / "keys/vault.key", path], capture_output=True, check=True)
        plain = subprocess.run(["zstd", "-dcq"], input=opened.stdout, capture_output=True, check=True).stdout
        search.look("opened", path.name, plain)
    found = {name for names in search.found.values() for name in names.split(", ")}
    yard.check("with its key they are all found in the vault", found >= {"jwt", "given", "redis-app", "postgres-app", "an order"},
               f"{len(found)} in {search.places['opened']} objects", details=search.found)  # fmt: skip


# The search itself


def self_test(yard: Yard, stack: StackCopy, values: dict[str, str]) -> None:
    """Each kind of place with a planted value; a search that finds nothing there proves nothing."""
    value = values["jwt"]
    planted = yard.home / "stacks/shop/local/logs/planted"
    planted.write_text(f"before {value} after")
    search = Search(values)
    search_files(search, yard)
    planted.unlink()
    yard.check("a value planted in a file is found", any("planted" in place for place in search.found))
    for kind, arguments, variables in (("arguments", [value], {}), ("environments of others", [], {"PLANTED": value})):
        search = Search(values)
        with ProcessWatch(search) as watch:
            planted_process = subprocess.Popen(["sleep", "0.3"] if not arguments else
                                               [sys.executable, "-c", "import time; time.sleep(0.3)", *arguments],
                                               env={**os.environ, **variables})  # fmt: skip
            planted_process.wait()
        found = any(place.startswith(kind) and f" {planted_process.args[0]}" in place or kind in place
                    for place in search.found)  # fmt: skip
        yard.check(f"a value planted in the {kind} of a process is found", found, f"{watch.rounds} rounds")
    environment_file = next((stack.folder / "replicas").glob("api-*/environment"))
    environment_file.chmod(0o640)
    search = Search(values)
    search_files(search, yard)
    environment_file.chmod(0o600)
    yard.check("a file with a loose mode is found", any("environment" in place for place in search.found))


def main() -> int:
    with Yard("canary") as yard:
        began = time.time()
        stack = yard.copy("stacks/shop")
        # A secret given by the person, in the file that is meant for that; slipway's own environment stays clean.
        given = f"canary-{secrets.token_urlsafe(24)}"
        (stack.path / ".env").write_text(f"CANARY_VALUE={given}\n")
        (stack.path / ".env").chmod(0o600)
        stack.edit(r"^(      JWT_SECRET: .*)$", r"\1\n      CANARY: ${secret:canary}")
        stack.edit(r"^secrets:$", "secrets:\n  canary: {kind: given, from: CANARY_VALUE}")
        stack.edit(r"healthyFor: 3s", "healthyFor: 1s")
        certify(stack)
        vault = yard.root / "vault"
        stack.edit(r"local: +\{directory: [^}]+\}", f"local: {{directory: {vault}}}")
        stack.edit(r"to: \[local, offsite\]", "to: [local]")
        stack.edit(r"^  offsite: .*\n", "")
        deployed = stack.deploy()
        if not yard.check("deploys", deployed.code == 0, f"{deployed.seconds:.1f} s", details=deployed):
            return yard.exit_code
        values = values_of(stack, given)
        search = Search(values)
        search.look("outputs", "first deploy", (deployed.output + deployed.errors).encode())
        with ProcessWatch(search) as watch:
            change(search, stack, "1.1.0")
            renew(search, stack)
            search.add("renewed key of the edge", key_of(stack))
            search_outputs(search, stack)
            search_rendered(search, stack)
            back_up(search, stack, vault)
        search_files(search, yard)
        search_temporary(search, began)
        for kind, count in search.places.items():
            yard.note(f"{count:6} {kind}")
        yard.check(f"none of {len(values)} secret values is found where it must not be", not search.found,
                   f"{sum(search.places.values())} places searched, processes {watch.rounds} times",
                   details="\n".join(f"{place}: {what}" for place, what in search.found.items()))  # fmt: skip
        open_vault(yard, vault, values)
        self_test(yard, stack, values)
        stack.down()
        yard.check_nothing_left()
        return yard.exit_code


if __name__ == "__main__":
    sys.exit(main())
