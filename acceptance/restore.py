#!/usr/bin/python3
"""
The data of the shop comes back: orders and keys are written, backed up, destroyed and restored while orders are placed,
and are what they were at the set's own point. A restore can be undone; one that is refused, or dies in any of its
steps, costs nothing.

    acceptance/restore.py                 three rounds, and a death in every step
    acceptance/restore.py --quick         and a sample of the deaths
    acceptance/restore.py --cycles 100    as many rounds; the last third without an append-only file
"""

import argparse
import hashlib
import http.client
import json
import random
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from yard import Run, StackCopy, Yard

SEED = 21

# Names, types and values of the keys that begin so, whatever order a server keeps them in.
CONTENTS = """
local lines = {}
for _, key in ipairs(redis.call('keys', ARGV[1])) do
  local kind, value = redis.call('type', key).ok, nil
  if kind == 'string' then value = {redis.call('get', key)}
  elseif kind == 'hash' then value = redis.call('hgetall', key)
  elseif kind == 'list' then value = redis.call('lrange', key, 0, -1)
  elseif kind == 'zset' then value = redis.call('zrange', key, 0, -1, 'WITHSCORES')
  else value = redis.call('smembers', key) end
  if kind == 'set' or kind == 'hash' then table.sort(value) end
  table.insert(lines, key .. ' ' .. kind .. ' ' .. table.concat(value, ','))
end
table.sort(lines)
return #lines .. ' ' .. redis.sha1hex(table.concat(lines, '\\n'))
"""
FILL = """
for i = 1, tonumber(ARGV[2]) do
  redis.call('set', ARGV[1] .. 'string:' .. i, string.rep('v' .. i, i % 50))
  redis.call('rpush', ARGV[1] .. 'list:' .. i % 50, i)
  redis.call('hset', ARGV[1] .. 'hash:' .. i % 20, 'f' .. i, i)
  redis.call('sadd', ARGV[1] .. 'set:' .. i % 10, i)
  redis.call('zadd', ARGV[1] .. 'zset:' .. i % 5, i, 'm' .. i)
end
return 'OK'
"""


class Data:
    """What the two servers hold, asked beside their replicas."""

    def __init__(self, stack: StackCopy):
        self.stack = stack

    def redis(self, *words: str) -> str:
        return self.stack.inside("redis", 'export REDISCLI_AUTH=$(cat admin.secret); redis-cli -s redis.sock --user slipway -e "$@"',
                         *words)  # fmt: skip

    def keys(self, prefix: str) -> str:
        """How many keys begin so, and a digest of them."""
        return self.redis("EVAL", CONTENTS, "0", f"{prefix}*")

    def fill(self, prefix: str, count: int = 500) -> None:
        self.redis("EVAL", FILL, "0", prefix, str(count))

    def orders(self) -> list["Order"]:
        return [(id, item, quantity) for id, item, quantity in
                json.loads(self.stack.sql("SELECT coalesce(json_agg(json_build_array(id, item, quantity) ORDER BY id), '[]') FROM orders"))]  # fmt: skip


Order = tuple[int, str, int]


def request(stack: StackCopy, method: str, path: str, body: dict | None = None) -> tuple[int, object] | None:
    """The status and the JSON of the reply; None when there was none."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=5)
    try:
        connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        content = reply.read()
        return reply.status, json.loads(content) if reply.status < 300 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


class Writer:
    """Places one order after the other, and keeps those that were acknowledged, in their order."""

    def __init__(self, stack: StackCopy):
        self._stack, self._over, self._turn = stack, threading.Event(), threading.Lock()
        self._word, self._number, self._dice = "first", 0, random.Random(SEED)
        self.orders: list[Order] = []
        self.failures = 0

    def __enter__(self) -> "Writer":
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()

    @contextmanager
    def paused(self):
        """No order is under way within."""
        with self._turn:
            yield

    def begin(self, word: str) -> None:
        """Names the orders so from now on, and counts them anew. Within a pause."""
        self._word, self.orders, self.failures = word, [], 0

    def _run(self) -> None:
        while not self._over.wait(0.01):
            with self._turn:
                self._number += 1
                order = {"item": f"{self._word}-{self._number}", "quantity": self._dice.randint(1, 1000)}
                reply = request(self._stack, "POST", "/v1/orders", order)
                if reply and reply[0] == 201:
                    self.orders.append((reply[1]["id"], order["item"], order["quantity"]))
                    continue
                self.failures += 1
            self._over.wait(0.1)


def digest(orders: list) -> str:
    return hashlib.sha256(json.dumps(orders).encode()).hexdigest()


def backup(stack: StackCopy, word: str, *arguments: object, **options) -> Run:
    return stack.yard.slipway("backup", word, stack.path, "--env", stack.environment, *arguments, **options)


def restore(stack: StackCopy, *arguments: object, **options) -> Run:
    return stack.slipway("restore", *arguments, "--yes", **options)


def newest(stack: StackCopy, policy: str) -> str:
    rows = backup(stack, "list", "--output", "json").json()["rows"]
    return [row["set"] for row in rows if f"/{policy}/" in row["set"]][-1]


def is_served(stack: StackCopy, patience: float = 20) -> bool:
    """The shop has orders to show: the API has found its servers again."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        reply = request(stack, "GET", "/v1/orders?limit=1")
        if reply and reply[0] == 200:
            return True
        time.sleep(0.1)
    return False


class Rounds:
    """Backup, destruction, restore; and what came back against what was there."""

    def __init__(self, yard: Yard, stack: StackCopy, writer: Writer):
        self.yard, self.stack, self.writer, self.data = yard, stack, writer, Data(stack)
        self.wrong: list[str] = []
        self.seconds: list[float] = []

    def go(self, number: int) -> None:
        if wrong := self.round(number):
            self.wrong.append(f"round {number}: {wrong}")

    def round(self, number: int) -> str | None:
        data, writer = self.data, self.writer
        data.fill(f"kept{number}:")
        keys = data.keys("kept")
        with writer.paused():
            before = data.orders()
            writer.begin(f"kept{number}")
        for policy in ("postgres-nightly", "redis-hourly"):
            run = backup(self.stack, "run", "--policy", policy, timeout=120)
            if run.code != 0:
                return f"backup: {run}"
        with writer.paused():
            placed, failures = writer.orders, writer.failures
            writer.begin(f"lost{number}")
        if failures or not placed:
            return f"{failures} of {len(placed) + failures} orders failed during the backup"
        self.destroy(number)
        run = restore(self.stack, "--service", "redis", "--service", "postgres", timeout=120)
        self.seconds.append(run.seconds)
        if run.code != 0:
            return f"restore: {run}"
        if not is_served(self.stack):
            return "the shop is not served after the restore"
        return self.compared(number, before, placed, keys)

    def destroy(self, number: int) -> None:
        self.data.fill(f"lost{number}:", 50)
        if number % 2:
            self.data.redis("FLUSHALL")
        self.stack.sql(["DROP TABLE orders CASCADE", "DELETE FROM orders", "TRUNCATE orders"][number % 3])

    def compared(self, number: int, before: list[Order], placed: list[Order], keys: str) -> str | None:
        """One writer and one order after the other: the set's own point is a place in the list of what was placed."""
        if (found := self.data.keys("kept")) != keys:
            return f"Redis has {found}, and had {keys}"
        if not (found := self.data.keys("lost")).startswith("0 "):
            return f"Redis has {found} of what was written after the set"
        with self.writer.paused():
            self.writer.begin(f"new{number}")
        time.sleep(0.5)
        with self.writer.paused():
            there, new = self.data.orders(), list(self.writer.orders)  # a copy: the writer goes on
        kept = [order for order in there if not order[1].startswith((f"lost{number}-", f"new{number}-"))]
        if digest(kept) != digest((before + placed)[: len(kept)]) or len(kept) < len(before):
            return f"the {len(kept)} orders are not the first of the {len(before)} and {len(placed)} that were placed"
        if not new or set(new) - set(there):
            return f"of {len(new)} orders after the restore {len(set(new) - set(there))} are lost"
        return None


def undone(yard: Yard, rounds: Rounds) -> None:
    """What was written since the set comes back, and what was restored goes."""
    stack, data = rounds.stack, rounds.data
    data.fill("since:")
    keys = data.keys("since:")
    with rounds.writer.paused():
        orders = data.orders()
        run = restore(stack, "--policy", "redis-hourly")
        run = run if run.code else restore(stack, "--policy", "postgres-nightly")
        gone = data.keys("since:").startswith("0 ") and data.orders() != orders
        yard.check("a restore of each policy takes its newest set", run.code == 0 and gone, f"{run.seconds:.1f} s",
                   details=run)  # fmt: skip
        run = restore(stack, "--undo")
        yard.check("with two to undo it asks which", run.code == 2 and "redis" in run.errors, details=run)
        run = restore(stack, "--undo", "--service", "redis", "--service", "postgres")
        back = data.keys("since:") == keys and data.orders() == orders
        yard.check("undo brings back what was there", run.code == 0 and back, f"{run.seconds:.1f} s", details=run)
    history = stack.slipway("history").output
    yard.check("the history has them", "restore" in history and "undo" in history, details=history)


def refused(yard: Yard, rounds: Rounds, vault: Path) -> None:
    """Nothing that is refused has touched what is live."""
    stack, data = rounds.stack, rounds.data
    redis, config = newest(stack, "redis-hourly"), newest(stack, "config-daily")
    data.fill("live:", 50)
    keys, live = data.keys("live:"), live_directories(stack)

    def refuse(what: str, code: int, words: str, *arguments: object, **options) -> None:
        run = restore(stack, *arguments, **options)
        yard.check(f"{what} is refused", run.code == code and words in run.errors, details=run)

    refuse("nothing by name", 2, "--service", )
    refuse("what is no set", 2, "nonsense", "--from-set", "nonsense")
    refuse("a set that there is not", 1, "no set", "--from-set", redis[:-6] + "999999")
    refuse("a set of another stack", 2, "other/local", "--from-set", redis.replace("shop/", "other/"))
    refuse("a set of another service", 2, "is a set of redis", "--from-set", redis, "--service", "postgres")
    refuse("a set of the configuration", 2, "configuration", "--from-set", config)
    refuse("a store that there is not", 2, "moon", "--service", "redis", "--store", "moon")
    key = yard.root / "other.key"
    subprocess.run(["age-keygen", "-o", key], check=True, capture_output=True)
    made = yard.slipway("backup", "run", stack.path, "--env", stack.environment, "--policy", "config-daily",
                        variables={"SLIPWAY_VAULT_IDENTITY_FILE": str(key)})  # fmt: skip
    yard.check("no set is made for somebody else than the vault's own", made.code == 6 and "age1" in made.errors,
               details=made)  # fmt: skip
    refuse("a set for another identity", 1, "identit", "--service", "redis",
           variables={"SLIPWAY_VAULT_IDENTITY_FILE": str(key)})  # fmt: skip
    for policy in ("redis-hourly", "postgres-nightly"):
        for victim in sorted((vault / "sets" / newest(stack, policy)).glob("*.age")):
            content = victim.read_bytes()
            place = len(content) * 3 // 4
            victim.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1:])
            refuse(f"a set with a changed bit in {victim.name}", 1, victim.name, "--policy", policy)
            victim.write_bytes(content)
    yard.check("and the live data is as it was", data.keys("live:") == keys and live_directories(stack) == live,
               details=live_directories(stack))  # fmt: skip


def live_directories(stack: StackCopy) -> dict[str, int]:
    """What tells that other data came to be live: the directories themselves."""
    return {service: (stack.folder / "volumes" / service).stat().st_ino for service in ("redis", "postgres")}


def busy(yard: Yard, stack: StackCopy) -> None:
    first = stack.start("restore", "--service", "redis", "--yes")
    first.wait_for("loading it beside")
    second = restore(stack, "--service", "redis")
    run = first.wait()
    yard.check("of two at once one is told who is at it", run.code == 0 and second.code == 4 and "restore" in second.errors,
               details=f"{run}\n{second}")  # fmt: skip


def deaths(yard: Yard, rounds: Rounds, quick: bool) -> None:
    """Killed while it reads and loads, and in every step of the plan. Either data is whole; the next command goes on."""
    stack, data, wrong, count = rounds.stack, rounds.data, [], 0
    dice = random.Random(SEED)
    points = [f"{moment}:restore:{step}" for step in range(1, 6) for moment in ("after-intent", "after-effect")]
    trials = [("redis", point) for point in (dice.sample(points, 4) if quick else points)]
    trials += [("postgres", point) for point in (["after-effect:restore:2"] if quick else points)]
    trials += [(service, seconds) for service, most in (("redis", 0.2), ("postgres", 4.0))
               for seconds in [dice.uniform(0, most) for _ in range(1 if quick else 5)]]  # fmt: skip
    for service, point in trials:
        data.fill("there:", 100)
        before = state(data, service)
        backup(stack, "run", "--policy", {"redis": "redis-hourly", "postgres": "postgres-nightly"}[service])
        data.redis("SET", "later", str(count))
        stack.sql("INSERT INTO orders (item, quantity) VALUES ('later', 1)")
        after = state(data, service)
        if isinstance(point, str):
            died = restore(stack, "--service", service, variables={"SLIPWAY_FAULT": point})
        else:
            started = stack.start("restore", "--service", service, "--yes")
            started.wait_for("loading it beside")
            time.sleep(point)
            started.kill()
            died = started.wait()
        count += died.code == -9
        again = stack.deploy() if count % 2 else restore(stack, "--service", service)
        found = state(data, service) if is_served(stack) else "it is not served"
        # What is killed after a time may be quicker than that.
        ends = (-9,) if isinstance(point, str) else (-9, 0)
        if died.code not in ends or again.code != 0 or found not in (before, after) or (count % 2 == 0 and found != before):
            wrong.append(f"{service} at {point}: {died}\nthen {again}\nand has {found}, not {before} or {after}")
    yard.check("a death of slipway anywhere leaves one data or the other, and the next command goes on", not wrong,
               f"{count} deaths", details="\n".join(wrong))  # fmt: skip


def state(data: Data, service: str) -> str:
    return data.redis("GET", "later") + data.keys("there:") if service == "redis" else digest(data.orders())


def forgotten(yard: Yard, stack: StackCopy) -> None:
    run = restore(stack, "--forget")
    left = [str(path) for path in (stack.folder / "volumes").glob(".*")]
    # The lock of a folder that a killed restore has left goes with the next use of it.
    left += [str(path) for path in (yard.home / "scratch").glob("*") if path.suffix != ".lock"]
    yard.check("what restores have kept can be forgotten", run.code == 0 and not left, details=f"{run}{left}")
    run = restore(stack, "--undo")
    yard.check("then there is nothing to undo", run.code == 1 and "nothing to undo" in run.errors, details=run)


def shop(yard: Yard) -> StackCopy:
    """stacks/shop with a vault of its own, made quick: what is waited for is not what is tested here."""
    stack = yard.copy("stacks/shop")
    stack.edit(r"local: +\{directory: [^}]+\}", f"local: {{directory: {yard.root / 'vault'}}}")
    stack.edit(r"to: \[local, offsite\]", "to: [local]")  # the bucket of the example is nobody's
    stack.edit(r"^  offsite: .*\n", "")
    for service in ("redis", "postgres"):
        stack.edit(rf"kind: {service}, version", f"kind: {service}, rollout: {{healthyFor: 200ms}}, version")
    stack.edit(r"healthyFor: 3s", "healthyFor: 200ms")
    return stack


def persist(stack: StackCopy, kinds: str) -> Run:
    """How the Redis keeps its data from now on."""
    stack.edit(r"persistence: \[[^]]*\]", f"persistence: [{kinds}]")
    return stack.deploy()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cycles", type=int, default=3, help="how often to destroy and restore")
    parser.add_argument("--quick", action="store_true", help="a sample of the deaths")
    options = parser.parse_args()
    with Yard("restore") as yard:
        stack = shop(yard)
        deployed = stack.deploy()
        if not yard.check("the shop is deployed", deployed.code == 0, f"{deployed.seconds:.1f} s", details=deployed):
            return yard.exit_code
        with Writer(stack) as writer:
            rounds = Rounds(yard, stack, writer)
            for number in range(options.cycles):
                if number == options.cycles * 2 // 3:
                    run = persist(stack, "rdb")
                    yard.check("Redis goes on without an append-only file", run.code == 0, details=run)
                rounds.go(number)
            yard.check("what is destroyed comes back as it was", not rounds.wrong,
                       f"{options.cycles} rounds, a restore took {sorted(rounds.seconds)[len(rounds.seconds) // 2]:.1f} s",
                       details="\n".join(rounds.wrong))  # fmt: skip
            undone(yard, rounds)
        backup(stack, "run", "--policy", "config-daily")
        refused(yard, rounds, yard.root / "vault")
        busy(yard, stack)
        deaths(yard, rounds, options.quick)
        forgotten(yard, stack)
        stack.down()
        yard.check_nothing_left()
        return yard.exit_code


if __name__ == "__main__":
    sys.exit(main())
