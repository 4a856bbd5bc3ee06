#!/usr/bin/python3
"""
The orders of the shop come back as they were at any moment: a dropped table is undone with the second before it kept,
while orders are placed; a moment that no log tells of is refused with those that there are; a restored cluster goes on
with a log of its own; and slipway dying while it ships costs nothing.

    acceptance/pit.py                five rounds, and a death in each
    acceptance/pit.py --quick        one round
"""

import argparse
import random
import sys
import threading
import time
from datetime import datetime, timezone

from restore import backup, is_served, request, restore, shop
from yard import StackCopy, Yard

POLICY = "postgres-nightly"
LOG = f"{POLICY}-wal"
SEED = 36


class Clerk:
    """Places one order after the other, and writes down when each was begun and when it was acknowledged."""

    def __init__(self, stack: StackCopy):
        self._stack, self._over, self._number = stack, threading.Event(), 0
        self.orders: list[tuple[float, float, str]] = []

    def __enter__(self) -> "Clerk":
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(0.01):
            self._number += 1
            item, begun = f"order-{self._number}", time.time()
            reply = request(self._stack, "POST", "/v1/orders", {"item": item, "quantity": 1})
            if reply and reply[0] == 201:
                self.orders.append((begun, time.time(), item))
            else:
                self._over.wait(0.1)


def stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def items(stack: StackCopy) -> set[str]:
    return set(stack.sql("SELECT item FROM orders").split())


def begun(yard: Yard, stack: StackCopy) -> bool:
    """Archiving is a change like every other one: planned, and with a restart of the server."""
    before = stack.processes_of("postgres")
    stack.edit(rf"(name: {POLICY}, .*), prove: weekly", r'\1, prove: weekly, pointInTime: "*/5 * * * *"')
    plan = stack.slipway("plan")
    run = stack.deploy()
    return yard.check("a policy with pointInTime restarts Postgres, as planned",
                      run.code == 0 and "postgres" in plan.output and stack.processes_of("postgres") != before,
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
    run = restore(stack, "--service", "postgres", "--at", stamp(target), timeout=120)
    seconds.append(run.seconds)
    if run.code != 0:
        return f"{run}"
    if not is_served(stack):
        return "the shop is not served afterwards"
    there, orders = items(stack), list(clerk.orders)
    old = {item for begun, _, item in orders if begun < moment}
    lost = {item for _, ended, item in orders if ended < target} - there
    late = {item for begun, _, item in orders if target + 0.001 < begun < moment} & there
    # What was placed since the restore is there, too.
    clerk.orders = [order for order in orders if order[2] in there or order[0] > moment]
    return f"lost {sorted(lost)}, kept {sorted(late)} of {len(old)}" if lost or late else None


def died(stack: StackCopy, dice: random.Random) -> None:
    """In the middle of shipping; the next one goes on."""
    started = stack.yard.start("backup", "run", stack.path, "--env", stack.environment, "--policy", LOG)
    time.sleep(dice.uniform(0, 1))
    started.kill()
    started.wait()


def rounds(yard: Yard, stack: StackCopy, clerk: Clerk, count: int) -> None:
    dice, wrong, seconds = random.Random(SEED), [], []
    for number in range(count):
        if number:
            died(stack, dice)
            run = backup(stack, "run", "--policy", LOG, timeout=120)
            if run.code != 0:
                wrong.append(f"round {number}: {run}")
                continue
        if flaw := dropped(stack, clerk, seconds):
            wrong.append(f"round {number}: {flaw}")
    yard.check("a dropped table is undone, with the second before kept", not wrong,
               f"{count} rounds, {len(clerk.orders)} orders, a restore took {sorted(seconds)[len(seconds) // 2]:.1f} s",
               details="\n".join(wrong))  # fmt: skip


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
    run = restore(stack, "--service", "redis", "--at", stamp(time.time() - 1))
    yard.check("and one of a service without a log", run.code == 1 and "no log" in run.errors, details=run)


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
        with Clerk(stack) as clerk:
            captured(yard, stack, clerk)
            rounds(yard, stack, clerk, 1 if options.quick else 5)
            goes_on(yard, stack, clerk)
        refused(yard, stack)
        before = items(stack)
        run = restore(stack, "--undo", "--service", "postgres")
        gone = stack.sql("SELECT to_regclass('public.orders') IS NULL")
        again = restore(stack, "--service", "postgres", "--policy", POLICY)
        yard.check("undo brings back even the server without the table", run.code == 0 and gone == "t", details=run)
        yard.check("and the newest copy is one to restore by itself", again.code == 0 and items(stack) <= before,
                   f"{again.seconds:.1f} s", details=again)  # fmt: skip
        stack.down()
        yard.check_nothing_left()
        return yard.exit_code


if __name__ == "__main__":
    sys.exit(main())
