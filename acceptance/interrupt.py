#!/usr/bin/python3
"""
Ctrl-C in the middle of a change: exit code 130, journaled as interrupted, and the same command goes on to success.

The signal goes to the whole process group, as a terminal sends it. SIGTERM and SIGHUP do the same. A second Ctrl-C
ends slipway at once, which is a crash that the next command repairs. No request fails over all of it.

    acceptance/interrupt.py
"""

import os
import signal
import sys

from inventory import faults
from trickle import Trickle
from yard import StackCopy, Yard

# What is interrupted: the verb, the words of the step, the signal.
CASES = [
    ("deploy", "start app", signal.SIGINT),
    ("deploy", "wait until app", signal.SIGINT),
    ("deploy", "send traffic", signal.SIGTERM),
    ("deploy", "drain", signal.SIGINT),
    ("deploy", "stop app", signal.SIGTERM),
    ("deploy", "confirm", signal.SIGHUP),
    ("rollback", "wait until app", signal.SIGINT),
    ("rollback", "confirm", signal.SIGTERM),
    ("restart", "wait until app", signal.SIGINT),
]


def interrupted(yard: Yard, stack: StackCopy, verb: str, step: str, number: signal.Signals) -> None:
    name = f"{number.name} in a {verb} at `{step}`"
    run = signalled(stack, verb, step, number)
    last = stack.slipway("history", "--output", "json", "--limit", "1").json()[0]
    goal = last["plan"]["release"]
    troubles = []
    if run.code != 130:
        troubles.append(f"exit code {run.code}, not 130: {run}")
    if last["state"] != "interrupted":
        troubles.append(f"history says {last['state']}")
    again = stack.slipway(verb, "--yes")
    if again.code != 0:
        troubles.append(f"the same command again: {again}")
    troubles += faults(stack, goal)
    yard.check(name, not troubles, f"ended in {run.seconds:.1f} s, then done in {again.seconds:.1f} s",
               details="\n".join(troubles))  # fmt: skip


def signalled(stack: StackCopy, verb: str, step: str, *signals: signal.Signals):
    started = stack.start(verb, "--yes", "--progress", "plain")
    # The plan names every step before; only the line of a step that has begun starts with its number in brackets.
    if not started.wait_for(f"] {step}"):
        raise RuntimeError(f"{verb} never came to `{step}`: {started.wait()}")
    for number in signals:
        os.killpg(started.process.pid, number)
    return started.wait()


def twice(yard: Yard, stack: StackCopy) -> None:
    run = signalled(stack, "deploy", "wait until app", signal.SIGINT, signal.SIGINT, signal.SIGINT, signal.SIGINT)
    again = stack.deploy()
    release = stack.status()["release"]
    last = stack.slipway("history", "--output", "json", "--limit", "1").json()[0]
    troubles = faults(stack, last["plan"]["release"])
    yard.check("Ctrl-C again and again", run.code in (130, -2) and again.code == 0 and not troubles,
               f"exit code {run.code}, then release {release}", details="\n".join([str(again), *troubles]))  # fmt: skip


def main() -> int:
    with Yard("interrupt") as yard:
        stack = yard.copy("stacks/hello")
        stack.edit(r"healthyFor: \w+", "healthyFor: 1s")
        stack.edit(r"interval: \w+", "interval: 200ms")
        stack.edit(r"kind: edge,", "kind: edge, rollout: {healthyFor: 200ms},")
        if not yard.check("deploys", (run := stack.deploy()).code == 0, details=run):
            return yard.exit_code
        with Trickle(stack.port, "/version") as load:
            version = 0
            for verb, step, number in CASES:
                if verb == "deploy":
                    version += 1
                    stack.edit(r'APP_VERSION: ".*"', f'APP_VERSION: "2.0.{version}"')
                interrupted(yard, stack, verb, step, number)
            stack.edit(r'APP_VERSION: ".*"', 'APP_VERSION: "3.0.0"')
            twice(yard, stack)
        yard.check("no request failed", not load.failures, f"{len(load.failures)} of {load.requests}",
                   details="\n".join(load.failures[:20]))  # fmt: skip
        stack.down()
        yard.check_nothing_left()
        return yard.exit_code


if __name__ == "__main__":
    sys.exit(main())
