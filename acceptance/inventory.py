"""
Compares what is on the machine with what Slipway says there ought to be: processes, edge servers, directories, control
groups, the ledger. Each function returns sentences; none means that all is well.
"""

import hashlib
import os
import re
import socket
import sqlite3
from collections import Counter, defaultdict
from pathlib import Path

from yard import StackCopy, control_groups_of


def faults(stack: StackCopy, release: int) -> list[str]:
    """Everything that is not as it should be when `release` is deployed and nothing is under way."""
    status = stack.status()
    return [
        *status_faults(status, release),
        *process_faults(stack, status),
        *edge_faults(stack, status),
        *folder_faults(stack, status),
        *chain_faults(stack.yard.home / "ledger/ledger.sqlite"),
    ]


def status_faults(status: dict, release: int) -> list[str]:
    found = [f"drift: {line}" for line in status["drift"]]
    if status.get("release") != release:
        found.append(f"release {status.get('release')} is current, not {release}")
    if status.get("unfinished"):
        found.append(f"operation {status['unfinished']['id']} is still open")
    # Crashed is what it stays when the next command found that nothing was to be done.
    if (state := status["lastOperation"]["state"]) not in ("succeeded", "crashed"):
        found.append(f"the last operation {state}")
    for service in status["services"]:
        if len(service["replicas"]) != service["wanted"]:
            found.append(f"{service['name']} has {len(service['replicas'])} replicas, not {service['wanted']}")
        if len({replica["revision"] for replica in service["replicas"]}) > 1:
            found.append(f"{service['name']} runs two revisions")
        found += [
            f"{replica['id']} is {replica['state']}, ready: {replica['ready']}"
            for replica in service["replicas"] if replica["state"] != "running" or not replica["ready"]
        ]  # fmt: skip
    return found


# Processes

SUPERVISOR, LOG_SUPERVISOR, LOGGER, PROGRAM, CHILD = "supervisor", "log supervisor", "logger", "program", "child"


def process_faults(stack: StackCopy, status: dict) -> list[str]:
    """Each replica has one supervisor, one program, one logger and its supervisor; nothing else is there."""
    found: list[str] = []
    roles: dict[str, Counter] = defaultdict(Counter)
    programs: dict[str, int] = {}
    for process, (replica, role) in classified(stack).items():
        if replica is None:
            found.append(f"process {process} belongs to no replica: {command(process)}")
            continue
        roles[replica][role] += 1
        if role == PROGRAM:
            programs[replica] = process
    replicas = {replica["id"]: replica for service in status["services"] for replica in service["replicas"]}
    for name in sorted(roles.keys() - replicas.keys()):
        found.append(f"{name} is no replica, but has {dict(roles[name])}")
    for name, replica in replicas.items():
        for role in (SUPERVISOR, LOG_SUPERVISOR, LOGGER, PROGRAM):
            if roles[name][role] != 1:
                found.append(f"{name} has {roles[name][role]} times a {role}")
        if programs.get(name) != replica.get("processID"):
            found.append(f"{name} is process {programs.get(name)}, status says {replica.get('processID')}")
    return found


def classified(stack: StackCopy) -> dict[int, tuple[str | None, str]]:
    """Every process that has to do with the stack's folder, with its replica and its part in it."""
    folder = f"{stack.folder}/"
    owned: dict[int, tuple[str | None, str]] = {}
    for process in all_processes():
        line = command(process)
        # Slipway itself and our own clients name the home in their environment; only replicas live in its stacks.
        if (match := re.search(re.escape(folder) + r"replicas/([^/ ]+)(/log)?$", line)) and "s6-supervise" in line:
            owned[process] = (match[1], LOG_SUPERVISOR if match[2] else SUPERVISOR)
        elif (match := re.search(re.escape(folder) + r"logs/([^/ ]+)$", line)) and "s6-log" in line:
            owned[process] = (match[1], LOGGER)
    for process in all_processes():
        if process in owned or process == os.getpid():
            continue
        variables = environment(process)
        by_environment = variables.get("SLIPWAY_REPLICA") if variables.get("HOME", "").startswith(folder) else None
        above = ancestors(process)
        by_supervisor = next((owned[each][0] for each in above if owned.get(each, (0, 0))[1] == SUPERVISOR), None)
        if (replica := by_supervisor or by_environment) or folder in f"{command(process)} {cwd(process)}/":
            direct = above and owned.get(above[0], (None, None)) == (replica, SUPERVISOR)
            owned[process] = (replica, PROGRAM if direct else CHILD if by_supervisor else "process without supervisor")
    return owned


def all_processes() -> list[int]:
    return [int(entry) for entry in os.listdir("/proc") if entry.isdecimal() and alive(int(entry))]


def alive(process: int) -> bool:
    return stat(process)[:1] not in ([], ["Z"])


def ancestors(process: int) -> list[int]:
    found = []
    while (fields := stat(process)) and (process := int(fields[1])) > 1:
        found.append(process)
    return found


def stat(process: int) -> list[str]:
    """What follows the name in /proc/PID/stat: state, parent, ..."""
    return _read(process, "stat").decode(errors="replace").rpartition(")")[2].split()


def command(process: int) -> str:
    return _read(process, "cmdline").replace(b"\0", b" ").decode(errors="replace").strip()


def environment(process: int) -> dict[str, str]:
    entries = _read(process, "environ").decode(errors="replace").split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


def cwd(process: int) -> str:
    try:
        return os.readlink(f"/proc/{process}/cwd")
    except OSError:
        return ""


def _read(process: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{process}/{name}").read_bytes()
    except OSError:
        return b""  # It has ended.


# The edge


def edge_faults(stack: StackCopy, status: dict) -> list[str]:
    """Every edge sends traffic to exactly the replicas of the services it routes to, in memory and on disk."""
    found = []
    ports = {
        replica["id"]: replica["port"]
        for service in status["services"] if service["kind"] == "app" for replica in service["replicas"]
    }  # fmt: skip
    edges = [replica["id"] for service in status["services"] if service["kind"] == "edge" for replica in service["replicas"]]
    for edge in edges:
        servers = edge_servers(stack, edge)
        if {name: port for name, (port, _) in servers.items()} != ports:
            found.append(f"{edge} has the servers {servers}, the replicas are {ports}")
        found += [f"{edge} has {name} {state}" for name, (_, state) in servers.items() if state != "up"]
    return found


def edge_servers(stack: StackCopy, edge: str) -> dict[str, tuple[int, str]]:
    """Port and state of each server in HAProxy's memory."""
    servers = {}
    for line in ask(stack.folder / "replicas" / edge / "work/runtime.sock", "show servers state").splitlines():
        fields = line.split()
        if len(fields) < 19 or fields[0] == "#":
            continue
        up, administered = fields[5] == "2", fields[6] != "0"
        servers[fields[3]] = (int(fields[18]), "up" if up and not administered else f"state {fields[5]}/{fields[6]}")
    return servers


def ask(path: Path, line: str) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(f"{line}\n".encode())
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


# Folders and control groups


def folder_faults(stack: StackCopy, status: dict) -> list[str]:
    """No directory and no control group of a replica that is not there, no half-made one."""
    replicas = {replica["id"] for service in status["services"] for replica in service["replicas"]}
    found = [f"rubble: {path}" for path in (stack.folder / "replicas").iterdir() if path.name not in replicas]
    for part in ("volumes", "sources"):
        folder = stack.folder / part
        if folder.is_dir():
            found += [f"rubble: {path}" for path in folder.iterdir() if path.name.startswith(".")]
    found += [f"control group {path}" for path in control_groups_of(stack.folder) if path.name.split(".")[2] not in replicas]
    return found


# The ledger


def chain_faults(ledger: Path) -> list[str]:
    """Recomputes the chain of events without Slipway, and SQLite's own check."""
    database = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
    try:
        found = [f"ledger: {row[0]}" for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
        before, number = "0" * 64, 0
        for identifier, body, previous, digest in database.execute("SELECT id, body, previous, hash FROM event ORDER BY id"):
            number += 1
            if identifier != number or previous != before:
                found.append(f"event {identifier} does not follow event {number - 1}")
            if hashlib.sha256((previous + body).encode()).hexdigest() != digest:
                found.append(f"event {identifier} was changed")
            before, number = digest, identifier
        (active,) = database.execute("SELECT count(*) FROM operation WHERE ended_at IS NULL").fetchone()
        return found + ([f"{active} operations are open"] if active else [])
    finally:
        database.close()
