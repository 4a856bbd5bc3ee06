#!/usr/bin/python3
"""
Backups of the shop while orders are placed: every policy makes a set, which is listed, sound and encrypted; a set with
one changed bit is found and named; what is not there, busy or too small is said.

    acceptance/backups.py
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from yard import REPOSITORY, Run, StackCopy, Trickle, Yard, is_listening

MOTO = REPOSITORY / ".build/moto/bin/moto_server"
ORDERS = 25
ITEM = "a-rare-kind-of-teapot"  # to be read nowhere in the vault
POLICIES = ("config-daily", "postgres-nightly", "redis-hourly")
# Two of them have a second store.
COPIES = 5


class Bucket:
    """A bucket of an S3 server of ours, and the keys to it in our environment."""

    def __init__(self, yard: Yard):
        if not MOTO.exists():
            sys.exit(f"there is no {MOTO}: run scripts/setup test")
        port = yard.free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._server = subprocess.Popen([MOTO, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)  # fmt: skip
        os.environ.update(SLIPWAY_STORE_OFFSITE_ACCESS_KEY_ID="shop", SLIPWAY_STORE_OFFSITE_SECRET_ACCESS_KEY="keep-out")
        deadline = time.monotonic() + 30
        while not is_listening(port) and time.monotonic() < deadline:
            time.sleep(0.1)
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/shop-backups", method="PUT"), timeout=10).read()

    def __enter__(self) -> "Bucket":
        return self

    def __exit__(self, *_) -> None:
        self._server.terminate()
        self._server.wait()


def order(stack: StackCopy) -> None:
    for quantity in range(1, ORDERS + 1):
        body = json.dumps({"item": ITEM, "quantity": quantity}).encode()
        request = urllib.request.Request(stack.url + "/v1/orders", body, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=5).read()


def backup(stack: StackCopy, word: str, *arguments: object, **options) -> Run:
    return stack.yard.slipway("backup", word, stack.path, "--env", stack.environment, *arguments, **options)


def sets(stack: StackCopy) -> list[dict]:
    run = backup(stack, "list", "--output", "json")
    if run.code != 0:
        raise RuntimeError(f"slipway backup list: {run}")
    return run.json()["rows"]


def made(yard: Yard, stack: StackCopy, vault: Path) -> None:
    run = backup(stack, "run", timeout=120)
    yard.check("every policy makes a set", run.code == 0 and all(name in run.output for name in POLICIES),
               f"{run.seconds:.1f} s", details=run)  # fmt: skip
    found = sets(stack)
    yard.check("the sets are listed, in both stores", len(found) == COPIES, f"{len(found)} sets", details=found)
    yard.check("they are in the folder", all((vault / "sets" / row["set"] / "MANIFEST.json").exists() for row in found
                                             if row["store"] == "local"))  # fmt: skip


def verified(yard: Yard, stack: StackCopy, vault: Path) -> None:
    run = backup(stack, "verify")
    yard.check("they are sound", run.code == 0, details=run)
    victim = next((vault / "sets").rglob("redis.rdb.zst.age"))
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    run = backup(stack, "verify")
    yard.check("one changed bit is found and named", run.code == 1 and "redis.rdb.zst.age" in run.output, details=run)
    states = {row["set"].split("/")[2]: row["state"] for row in sets(stack) if row["store"] == "local"}
    yard.check("what is damaged is listed as that",
               states == {name: "damaged" if name == "redis-hourly" else "proven" for name in POLICIES},
               details=states)  # fmt: skip


def proven(yard: Yard, stack: StackCopy) -> None:
    run = backup(stack, "prove", "--output", "json", timeout=120)
    reports = {report["policy"]: report for report in run.json()} if run.code == 0 else {}
    yard.check("they are proven", set(reports) == set(POLICIES), f"{run.seconds:.1f} s", details=run)
    rows = int(reports["postgres-nightly"]["evidence"]["rows"]) if reports else 0
    keys = int(reports["redis-hourly"]["evidence"]["keys"]) if reports else 0
    yard.check("by what was counted in scratch servers", rows == ORDERS and keys > 0,
               f"{rows} rows of Postgres, {keys} keys of Redis", details=reports)  # fmt: skip
    states = {(row["store"], row["state"]) for row in sets(stack)}
    yard.check("which is listed", states == {("local", "proven"), ("offsite", "verified")}, details=states)


def brought_back(yard: Yard, stack: StackCopy) -> None:
    stack.sql("DELETE FROM orders")
    gone = stack.sql("SELECT count(*) FROM orders")
    run = stack.slipway("restore", "--yes", "--policy", "postgres-nightly", "--store", "offsite")
    back = stack.sql("SELECT count(*) FROM orders")
    yard.check("lost orders are back from the bucket", run.code == 0 and (gone, back) == ("0", str(ORDERS)),
               f"{run.seconds:.1f} s", details=f"{gone} {back} {run}")  # fmt: skip


def sealed(yard: Yard, vault: Path) -> None:
    readable = [str(path) for path in vault.rglob("*") if path.is_file() and ITEM.encode() in path.read_bytes()]
    yard.check("nothing of the data can be read in the vault", not readable, details=readable)


def pruned(yard: Yard, stack: StackCopy) -> None:
    for _ in range(5):
        backup(stack, "run", "--policy", "redis-hourly")
    mine = [row["set"] for row in sets(stack) if "/redis-hourly/" in row["set"]]
    run = backup(stack, "pin", "--set", mine[1], "--reason", "before the big sale")
    yard.check("a set is pinned", run.code == 0, details=run)
    run = backup(stack, "prune", "--policy", "redis-hourly")
    yard.check("nothing is deleted unasked", run.code == 6 and len(sets(stack)) == len(mine) + COPIES - 1, details=run)
    planned = backup(stack, "prune", "--policy", "redis-hourly", "--dry-run", "--output", "json").json()[0]
    going = {row["set"] for row in planned["rows"] if not row["reasons"]}
    # Of six sets of one hour the last three stay, the oldest (days have places left), and what is pinned.
    yard.check("what goes is known before", going == {mine[2]}, f"{len(going)} of {len(mine)}", details=planned)
    run = backup(stack, "prune", "--policy", "redis-hourly", "--yes")
    left = {row["set"] for row in sets(stack)}
    yard.check("and goes, and nothing else", run.code == 0 and left.isdisjoint(going) and left >= set(mine) - going,
               details=run)  # fmt: skip
    run = backup(stack, "verify")
    yard.check("what is left is sound, but for the damaged set", run.output.count("damaged  ") == 1, details=run)


def before_changes(yard: Yard, stack: StackCopy) -> None:
    count = len(sets(stack))
    stack.edit(r"memory: 256MiB", "memory: 300MiB")
    run = stack.deploy()
    newest = [row["set"] for row in sets(stack) if "/redis-hourly/" in row["set"]][-1]
    yard.check("a deploy that changes redis makes a set of it first",
               run.code == 0 and len(sets(stack)) == count + 1 and newest in run.errors, details=run)  # fmt: skip
    run = stack.slipway("rollback", "--yes", "--no-backup")
    yard.check("its rollback says how the data come back", run.code == 0 and f"--from-set {newest}" in run.errors,
               details=run)  # fmt: skip
    stack.edit(r"memory: 300MiB", "memory: 310MiB")
    stack.edit(r"local: +\{directory: [^}]+\}", "local: {directory: /proc/none}")
    run = stack.deploy()
    yard.check("a new place of the store counts from the next deploy on", run.code == 0, details=run)
    stack.edit(r"memory: 310MiB", "memory: 320MiB")
    run = stack.deploy()
    yard.check("a deploy whose backup fails does not begin", run.code == 1 and "nothing was changed" in run.errors
               and "--no-backup" in run.errors, details=run)  # fmt: skip


def refused(yard: Yard, stack: StackCopy) -> None:
    run = backup(stack, "run", "--policy", "nonsense")
    yard.check("a policy that there is not is refused by name", run.code == 2 and "nonsense" in run.errors, details=run)


def main() -> int:
    with Yard("backups") as yard, Bucket(yard) as bucket:
        shop = yard.copy("stacks/shop")
        vault = yard.root / "vault"
        shop.edit(r"local: +\{directory: [^}]+\}", f"local: {{directory: {vault}}}")
        shop.edit(r"https://s3.example.com", bucket.url)
        deployed = shop.deploy()
        yard.check("the shop is deployed", deployed.code == 0, f"{deployed.seconds:.1f} s", details=deployed)
        order(shop)
        with Trickle(shop.url + "/v1/orders") as load:
            made(yard, shop, vault)
        yard.check("no request fails meanwhile", not load.failures, str(load), details=load.failures[:5])
        sealed(yard, vault)
        proven(yard, shop)
        brought_back(yard, shop)
        verified(yard, shop, vault)
        pruned(yard, shop)
        before_changes(yard, shop)
        refused(yard, shop)
        shop.down()
        yard.check_nothing_left()
        return yard.exit_code


if __name__ == "__main__":
    sys.exit(main())
