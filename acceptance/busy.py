#!/usr/bin/python3
"""
Who changes what at the same time: a second change of one stack is refused at once with exit code 4, and is told who
holds it, since when and what is being done; different stacks are changed side by side; a holder that is killed holds
nothing any more.

    acceptance/busy.py
"""

import re
import sys
from collections import Counter

from inventory import faults
from trickle import Trickle
from yard import Run, StackCopy, Yard

AT_ONCE = 1.0  # seconds; a debug build on a busy machine


def hello(yard: Yard, name: str, healthy_for: str) -> StackCopy:
    stack = yard.copy("stacks/hello", name=name)
    stack.edit(r"healthyFor: \w+", f"healthyFor: {healthy_for}")
    stack.edit(r"interval: \w+", "interval: 200ms")
    stack.edit(r"kind: edge,", "kind: edge, rollout: {healthyFor: 200ms},")
    return stack


def change(stack: StackCopy, version: str) -> None:
    stack.edit(r'APP_VERSION: ".*"', f'APP_VERSION: "{version}"')


def refused(yard: Yard, stack: StackCopy) -> None:
    """While one deploy waits, every other changing verb is refused, and every reading one works."""
    change(stack, "2.0.0")
    holder = stack.start("deploy", "--yes")
    holder.wait_for("] wait until app")
    attempts = {
        "deploy": stack.deploy(),
        "rollback": stack.slipway("rollback", "--yes"),
        "scale": stack.slipway("scale", "--replicas", "app=3", "--yes"),
        "restart": stack.slipway("restart", "--yes"),
        "stop": stack.slipway("stop", "--yes"),
        "down": stack.slipway("down", "--yes"),
    }
    readers = {verb: stack.slipway(verb) for verb in ("status", "history", "plan")}
    for verb, run in attempts.items():
        yard.check(f"a {verb} is refused", run.code == 4 and run.seconds < AT_ONCE,
                   f"exit {run.code} after {run.seconds:.2f} s", details=run)  # fmt: skip
    told(yard, holder.process.pid, attempts["deploy"])
    failed = [f"{verb}: {run}" for verb, run in readers.items() if run.code != 0]
    yard.check("status, history and plan answer meanwhile", not failed, details="\n".join(failed))
    run, found = holder.wait(), faults(stack, 2)
    yard.check("the first deploy is not disturbed", run.code == 0 and not found, details=f"{run}\n{found}")


def told(yard: Yard, process: int, run: Run) -> None:
    words = {
        "who": rf"\S+@\S+ holds .*process {process}",
        "since when": r"since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
        "what": r"operation \d+ \(deploy, release 2\) is doing step \d+ of \d+: wait until app-\d+ is ready",
    }
    missing = [name for name, pattern in words.items() if not re.search(pattern, run.errors)]
    yard.check("it says who, since when and what", not missing, details=f"missing: {missing}\n{run}")
    for line in run.errors.splitlines():
        yard.note(f"  {line}")


def together(yard: Yard, stack: StackCopy) -> None:
    """Several at the same moment: one gets it."""
    change(stack, "3.0.0")
    runs = [started.wait() for started in [stack.start("deploy", "--yes") for _ in range(5)]]
    codes = Counter(run.code for run in runs)
    found = faults(stack, 3)
    yard.check("of five deploys at one moment one is done", codes == {0: 1, 4: 4} and not found, dict(codes),
               details="\n".join([*found, *map(str, runs)]))  # fmt: skip


def killed(yard: Yard, stack: StackCopy) -> None:
    change(stack, "4.0.0")
    holder = stack.start("deploy", "--yes")
    holder.wait_for("] wait until app")
    holder.kill()
    holder.wait()
    run, found = stack.deploy(), faults(stack, 4)
    yard.check("a killed holder holds nothing", run.code == 0 and not found,
               f"the next deploy was done {run.seconds:.1f} s later", details=f"{run}\n{found}")  # fmt: skip


def side_by_side(yard: Yard, stacks: list[StackCopy]) -> None:
    for stack in stacks:
        change(stack, "5.0.0")
    started = [stack.start("deploy", "--yes") for stack in stacks]
    runs = [each.wait() for each in started]
    begun = [run.when("] ") for run in runs]
    ended = [run.lines[-1][0] for run in runs]
    overlap = min(ended) - max(begun)
    troubles = [str(run) for run in runs if run.code != 0]
    for stack in stacks:
        troubles += faults(stack, stack.status()["lastOperation"]["release"])
    yard.check("two stacks are deployed side by side", not troubles and overlap > 0.5 * max(run.seconds for run in runs),
               f"{overlap:.1f} s at the same time, {' and '.join(f'{run.seconds:.1f} s' for run in runs)}",
               details="\n".join(troubles))  # fmt: skip


def main() -> int:
    with Yard("busy") as yard:
        stacks = [hello(yard, "left", "4s"), hello(yard, "right", "4s")]
        first = [stack.start("deploy", "--yes") for stack in stacks]
        runs = [each.wait() for each in first]
        if not yard.check("two new stacks are deployed side by side", all(run.code == 0 for run in runs),
                          details="\n".join(map(str, runs))):  # fmt: skip
            return yard.exit_code
        left = stacks[0]
        with Trickle(left.port, "/version") as load:
            refused(yard, left)
            for stack in stacks:
                stack.edit(r"healthyFor: 4s", "healthyFor: 2s")
            together(yard, left)
            killed(yard, left)
            side_by_side(yard, stacks)
        yard.check("no request failed", not load.failures, f"{len(load.failures)} of {load.requests}",
                   details="\n".join(load.failures[:20]))  # fmt: skip
        for stack in stacks:
            stack.down()
        yard.check_nothing_left()
        return yard.exit_code


if __name__ == "__main__":
    sys.exit(main())
