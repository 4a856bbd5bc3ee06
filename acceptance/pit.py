#!/usr/bin/python3
"""
The shop comes back as it was at any moment: a dropped table, or a FLUSHALL, is undone with the second before it kept,
while it is written to; a moment that no log tells of is refused with those that there are; what was restored goes on
with a log of its own; and slipway dying while it ships, a rewrite of the log and a death of the server cost nothing.

    acceptance/pit.py                five rounds, and a death in each
    acceptance/pit.py --quick        one round
"""

import argparse
import os
import random
import signal
import socket
import sys
import threading
import time
from datetime import datetime, timezone

from restore import Data, backup, is_served, newest, request, restore, shop
from yard import StackCopy, Yard

POLICY = "postgres-nightly"
LOG = f"{POLICY}-wal"
REDIS = "redis-hourly"
SEED = 36


class Clerk:
    """Does one thing after the other, and writes down when each was begun and when it was acknowledged."""

    def __init__(self, stack: StackCopy):
        self._stack, self._over, self._number = stack, threading.Event(), 0
        self.done: list[tuple[float, float, str]] = []
        # The last moment that was gone back to.
        self.restored = 0.0

    def __enter__(self) -> "Clerk":
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()

    def write(self, name: str) -> bool:
        raise NotImplementedError

    def _run(self) -> None:
        while not self._over.wait(0.01):
            self._number += 1
            name, begun = f"{type(self).__name__.lower()}-{self._number}", time.time()
            if self.write(name):
                self.done.append((begun, time.time(), name))
            else:
                self._over.wait(0.1)

    def compared(self, there: set[str], target: float, flaw: float) -> str | None:
        """None when all that was acknowledged before the target is there, and nothing that was begun after it."""
        done = [each for each in list(self.done) if each[0] < flaw]
        lost = {name for _, ended, name in done if ended < target} - there
        late = {name for begun, _, name in done if target + 0.001 < begun} & there
        return f"lost {sorted(lost)}, kept {sorted(late)} of {len(done)}" if lost or late else None


class Orders(Clerk):
    def write(self, name: str) -> bool:
        reply = request(self._stack, "POST", "/v1/orders", {"item": name, "quantity": 1})
        return bool(reply) and reply[0] == 201


class Keys(Clerk):
    """In Redis itself, over its socket: in a transaction of two keys, which belong together."""

    _line: socket.socket | None = None

    def write(self, name: str) -> bool:
        try:
            reply = self._ask(f"MULTI\r\nSET {name} 1\r\nSET pair:{name} 1\r\nEXEC\r\n", b"*2\r\n+OK\r\n+OK\r\n")
        except OSError:
            reply, self._line = False, None
        return reply

    def _ask(self, text: str, wanted: bytes) -> bool:
        work = next(self._stack.folder.glob("replicas/redis-*/work"))
        if self._line is None:
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(5)
            line.connect(str(work / "redis.sock"))
            line.sendall(f"AUTH slipway {(work / 'admin.secret').read_text().strip()}\r\n".encode())
            if line.recv(100) != b"+OK\r\n":
                raise OSError("no login")
            self._line = line
        self._line.sendall(text.encode())
        reply = b""
        while not reply.endswith(wanted):
            piece = self._line.recv(1000)
            reply += piece
            if not piece or b"-" in reply:
                raise OSError(f"{reply}")
        return True


def stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def items(stack: StackCopy) -> set[str]:
    return set(stack.sql("SELECT item FROM orders").split())


def orders_left(stack: StackCopy) -> set[str]:
    """The orders of a server that may have none."""
    there = stack.sql("SELECT to_regclass('public.orders') IS NOT NULL") == "t"
    return items(stack) if there else set()


def middle(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) // 2] if seconds else 0


def begun(yard: Yard, stack: StackCopy) -> bool:
    """Keeping a log is a change like every other one: planned, and with a restart of the server."""
    before = stack.processes_of("postgres", "redis")
    for policy in (POLICY, REDIS):
        stack.edit(rf"(name: {policy}, .*), to: \[local\]", r'\1, to: [local], pointInTime: "*/5 * * * *"')
    plan = stack.slipway("plan")
    run = stack.deploy()
    after = stack.processes_of("postgres", "redis")
    changed = all(service in plan.output for service in ("postgres", "redis")) and not set(before.values()) & set(after.values())
    return yard.check("a policy with pointInTime restarts its server, as planned", run.code == 0 and changed,
                      f"{run.seconds:.1f} s", details=f"{plan}\n{run}")  # fmt: skip


def captured(yard: Yard, stack: StackCopy, clerk: Clerk) -> None:
    time.sleep(0.5)
    failed = restore(stack, "--service", "postgres", "--at", stamp(time.time() - 0.2))
    yard.check("before the first copy there is no moment", failed.code == 1 and "no log" in failed.errors, details=failed)
    run = backup(stack, "run", "--policy", POLICY, timeout=120)
    yard.check("the cluster is copied while orders are placed", run.code == 0, f"{run.seconds:.1f} s", details=run)
    run = backup(stack, "run", "--policy", LOG)
    yard.check("the log is shipped", run.code == 0 and f"/{LOG}/" in run.output, f"{run.seconds:.1f} s", details=run)
    spool = list((stack.folder / "volumes/postgres/wal").glob("0*"))
    yard.check("and what is shipped is gone from beside the data", len(spool) <= 1, details=spool)
    run = backup(stack, "list")
    yard.check("the moments are listed", "any moment from" in run.output and LOG not in run.output, details=run)


def dropped(stack: StackCopy, clerk: Clerk, seconds: list[float]) -> str | None:
    """None when everything that was acknowledged a second before the table was dropped is there, and nothing later."""
    time.sleep(1.5)
    moment = time.time()
    stack.sql("DROP TABLE orders CASCADE")
    target = moment - 1
    clerk.restored = target
    run = restore(stack, "--service", "postgres", "--at", stamp(target), timeout=120)
    seconds.append(run.seconds)
    if run.code != 0:
        return f"{run}"
    if not is_served(stack):
        return "the shop is not served afterwards"
    asked = time.time()
    there = items(stack)
    flaw = clerk.compared(there, target, moment)
    # The API makes a table anew where there is none: what went into that one until the swap is rightly gone.
    clerk.done = [order for order in list(clerk.done) if order[2] in there or order[1] > asked]
    return flaw


def died(stack: StackCopy, policy: str, dice: random.Random) -> bool:
    """In the middle of shipping; the next one goes on. False where the run was quicker than its death."""
    started = stack.yard.start("backup", "run", stack.path, "--env", stack.environment, "--policy", policy)
    time.sleep(dice.uniform(0, 0.5))
    started.kill()
    return started.wait().code == -signal.SIGKILL


def rounds(yard: Yard, stack: StackCopy, clerk: Clerk, count: int) -> None:
    dice, wrong, seconds, deaths = random.Random(SEED), [], [], 0
    for number in range(count):
        if number:
            deaths += died(stack, LOG, dice)
            run = backup(stack, "run", "--policy", LOG, timeout=120)
            if run.code != 0:
                wrong.append(f"round {number}: {run}")
                continue
        if flaw := dropped(stack, clerk, seconds):
            wrong.append(f"round {number}: {flaw}")
    yard.check("a dropped table is undone, with the second before kept", not wrong,
               f"{count} rounds, {len(clerk.done)} orders, a restore took {middle(seconds):.1f} s",
               details="\n".join(wrong))  # fmt: skip
    if count > 1:
        yard.check("slipway was killed while it shipped", deaths > 0, f"{deaths} times")


def live_keys(stack: StackCopy) -> set[str]:
    return set(Data(stack).redis("KEYS", "*keys-*").split())


def came_back(stack: StackCopy) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if stack.slipway("exec", "--replica", "redis", "--", "sh", "-c",
                         "REDISCLI_AUTH=$(cat admin.secret) redis-cli -s redis.sock --user slipway -e PING").code == 0:  # fmt: skip
            return True
        time.sleep(0.2)
    return False


def flushed(stack: StackCopy, keys: Keys, seconds: list[float]) -> str | None:
    """
    A rewrite, a death of the server and a FLUSHALL since the last run of the log. None when everything that was
    acknowledged before the second of the FLUSHALL began is there, and nothing later.
    """
    data = Data(stack)
    data.redis("BGREWRITEAOF")
    time.sleep(1)
    killed = time.time()
    os.kill(next(iter(stack.processes_of("redis").values())), signal.SIGKILL)
    if not came_back(stack):
        return "Redis is not served after its death"
    # What Redis had acknowledged and not written yet, it may lose with its process; nothing else.
    alive, done = live_keys(stack), list(keys.done)
    if lost := [name for _, ended, name in done if ended < killed - 1 and name not in alive]:
        return f"Redis has lost {len(lost)} of {len(done)} by its death"
    keys.done = [key for key in list(keys.done) if key[2] in alive or key[1] > killed]
    time.sleep(2.2)
    moment = time.time()
    data.redis("FLUSHALL")
    time.sleep(0.5)
    target = int(moment)
    run = restore(stack, "--service", "redis", "--at", stamp(target), timeout=120)
    seconds.append(run.seconds)
    if run.code != 0:
        return f"{run}"
    asked = time.time()
    there = live_keys(stack)
    flaw = keys.compared(there, target, moment)
    halves = {key for key in there if key.startswith("keys-") and f"pair:{key}" not in there}
    keys.done = [key for key in list(keys.done) if key[2] in there or key[0] > asked]
    return flaw or (f"halves of transactions: {halves}" if halves else None)


def rotten(yard: Yard, stack: StackCopy) -> None:
    """A part of the log with one changed bit is what is damaged, not what it leads on from; and it is shipped anew."""
    part, base = newest(stack, f"{REDIS}-wal"), newest(stack, REDIS)
    victim = next((yard.root / "vault/sets" / part).glob("aof-*"))
    content = victim.read_bytes()
    victim.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    run = backup(stack, "prove", "--policy", REDIS, timeout=120)
    states = {row["set"]: row["state"] for row in backup(stack, "list", "--output", "json").json()["rows"]}
    yard.check("a rotten part of the log is what a proof finds damaged", run.code == 1 and states[part] == "damaged"
               and states[base] != "damaged", details=f"{run}{states[part]}, {states[base]}")  # fmt: skip
    run = backup(stack, "run", "--policy", f"{REDIS}-wal", timeout=120)
    again = backup(stack, "prove", "--policy", REDIS, timeout=120)
    yard.check("which is shipped anew", run.code == 0 and "so one is made" not in run.errors and again.code == 0,
               f"{run.seconds:.1f} s", details=f"{run}{again}")  # fmt: skip


def flushes(yard: Yard, stack: StackCopy, count: int) -> None:
    """The same for Redis, where a moment is a second."""
    dice, wrong, seconds, deaths = random.Random(SEED), [], [], 0
    with Keys(stack) as keys:
        time.sleep(0.5)
        run = backup(stack, "run", "--policy", f"{REDIS}-wal", timeout=120)
        yard.check("a Redis without a copy gets one, and its log is shipped",
                   run.code == 0 and "so one is made" in run.errors and f"/{REDIS}-wal/" in run.output,
                   f"{run.seconds:.1f} s", details=run)  # fmt: skip
        for number in range(count):
            if number:
                deaths += died(stack, f"{REDIS}-wal", dice)
                run = backup(stack, "run", "--policy", f"{REDIS}-wal", timeout=120)
                if run.code != 0:
                    wrong.append(f"round {number}: {run}")
                    continue
            time.sleep(1)
            if flaw := flushed(stack, keys, seconds):
                wrong.append(f"round {number}: {flaw}")
        yard.check("a FLUSHALL is undone with the second before kept, behind a rewrite and a death of Redis", not wrong,
                   f"{count} rounds, {len(keys.done)} keys, a restore took {middle(seconds):.1f} s",
                   details="\n".join(wrong))  # fmt: skip
        if count > 1:
            yard.check("slipway was killed while it shipped keys", deaths > 0, f"{deaths} times")
        before = live_keys(stack)
        run = backup(stack, "run", "--policy", f"{REDIS}-wal", timeout=120)
        aof = Data(stack).redis("CONFIG", "GET", "appendonly").split()
        yard.check("what was restored is copied before anybody asks, and keeps its log on",
                   run.code == 0 and "so one is made" in run.errors and aof == ["appendonly", "yes"],
                   f"{run.seconds:.1f} s", details=f"{run}{aof}")  # fmt: skip
        run = backup(stack, "prove", "--policy", REDIS, "--output", "json", timeout=120)
        evidence = run.json()[0]["evidence"] if run.code == 0 else {}
        yard.check("a snapshot is proven with the log behind it", int(evidence.get("keys", 0)) >= len(before)
                   and "recoveredTo" in evidence, f"{run.seconds:.1f} s", details=run)  # fmt: skip
        rotten(yard, stack)
    run = restore(stack, "--undo", "--service", "redis")
    yard.check("undo brings back the Redis that was flushed", run.code == 0 and not before & live_keys(stack), details=run)


def goes_on(yard: Yard, stack: StackCopy, clerk: Clerk) -> None:
    """A restored cluster writes another log: it gets a copy without anybody asking."""
    run = backup(stack, "run", "--policy", LOG, timeout=120)
    yard.check("what was restored is copied before anybody asks", run.code == 0 and "so one is made" in run.errors,
               f"{run.seconds:.1f} s", details=run)  # fmt: skip
    run = backup(stack, "prove", "--policy", POLICY, "--output", "json", timeout=120)
    evidence = run.json()[0]["evidence"] if run.code == 0 else {}
    yard.check("a copy is proven with the log behind it", int(evidence.get("rows", 0)) > 0, f"{run.seconds:.1f} s",
               details=run)  # fmt: skip


def refused(yard: Yard, stack: StackCopy) -> None:
    run = restore(stack, "--service", "postgres", "--at", "1h", "--dry-run")
    yard.check("a moment that no log tells of is refused with those that there are",
               run.code == 1 and "outside" in run.errors and " to 20" in run.errors, details=run)  # fmt: skip
    run = restore(stack, "--service", "postgres", "--at", stamp(time.time() + 60))
    yard.check("and so is one that has not come yet", run.code == 2 and "not come yet" in run.errors, details=run)
    run = restore(stack, "--service", "api", "--at", stamp(time.time() - 1))
    yard.check("and one of a service without a log", run.code == 1 and "no log" in run.errors, details=run)


def quiet(yard: Yard, stack: StackCopy) -> None:
    """Nobody has written for a while: a moment of it is one all the same."""
    time.sleep(2)
    for service in ("postgres", "redis"):
        run = restore(stack, "--service", service, "--at", "1s")
        yard.check(f"a moment in which nobody has written to {service} comes back", run.code == 0, f"{run.seconds:.1f} s",
                   details=run)  # fmt: skip
        restore(stack, "--undo", "--service", service)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one round, and no death")
    options = parser.parse_args()
    with Yard("pit") as yard:
        stack = shop(yard)
        deployed = stack.deploy()
        if not yard.check("the shop is deployed", deployed.code == 0, f"{deployed.seconds:.1f} s", details=deployed):
            return yard.exit_code
        if not begun(yard, stack):
            return yard.exit_code
        with Orders(stack) as clerk:
            captured(yard, stack, clerk)
            rounds(yard, stack, clerk, 1 if options.quick else 5)
            goes_on(yard, stack, clerk)
            flushes(yard, stack, 1 if options.quick else 5)
        refused(yard, stack)
        before = items(stack)
        if not options.quick:
            quiet(yard, stack)
            run = restore(stack, "--service", "postgres", "--policy", POLICY)
            yard.check("the newest copy is one to restore by itself", run.code == 0 and items(stack) <= before,
                       f"{run.seconds:.1f} s", details=run)  # fmt: skip
            run = restore(stack, "--undo", "--service", "postgres")
            yard.check("which is undone", run.code == 0 and items(stack) >= before, details=run)
        old = {name for _, ended, name in clerk.done if ended < clerk.restored}
        run = restore(stack, "--undo", "--service", "postgres")
        left = orders_left(stack)
        # The API has made the table anew there, or there is none: of what was restored nothing is in it.
        yard.check("undo brings back even the server whose table was dropped", run.code == 0 and not old & left,
                   details=f"{run}{sorted(old & left)[:5]}")  # fmt: skip
        stack.down()
        yard.check_nothing_left()
        return yard.exit_code


if __name__ == "__main__":
    sys.exit(main())
