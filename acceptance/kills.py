#!/usr/bin/python3
"""
kill -9 of slipway before and after every step, and whatever command comes next sets everything right.

SLIPWAY_FAULT lets slipway kill itself at a moment of a step. For every step of a deploy, a rollback and a first deploy
times every moment, then again while recovering, then at random times: kill, run the next command (the same again, or a
rollback), and look: exit 0, the wanted release, exactly the wanted processes and edge servers, no half-made directory,
no drift, an intact ledger. A steady load counts failed requests over all of it. Nobody unlocks anything.

    acceptance/kills.py            every point (about 15 minutes)
    acceptance/kills.py --quick    a sample of a dozen
"""

import argparse
import random
import re
import sys
import time
from collections import Counter

from inventory import faults
from trickle import Trickle
from yard import Run, StackCopy, Yard

MOMENTS = ["before-intent", "after-intent", "after-effect", "after-outcome"]
SEED = 20


class Trial:
    """One stack that is killed over and over, and the account of it."""

    def __init__(self, yard: Yard, stack: StackCopy):
        self.yard, self.stack = yard, stack
        self.version = 0
        self.covered: Counter = Counter()
        self.failed: list[str] = []
        self.recoveries: list[float] = []

    # Changes

    def next_version(self) -> None:
        self.version += 1
        self.stack.edit(r'APP_VERSION: ".*"', f'APP_VERSION: "1.0.{self.version}"')

    def release(self) -> int | None:
        return self.stack.status().get("release")

    def goal_of_rollback(self) -> int:
        """Where a rollback leads, asked before it is done."""
        run = self.stack.slipway("rollback", "--dry-run")
        found = re.search(r"release (?:\d+ -> )?(\d+)", run.errors + run.output)
        if not found:
            raise RuntimeError(f"the plan of a rollback names no release: {run}")
        return int(found[1])

    def steps(self, verb: str) -> int:
        run = self.stack.slipway(verb, "--dry-run")
        found = re.search(r"(\d+) steps?,", run.errors + run.output)
        if not found:
            raise RuntimeError(f"the plan of a {verb} has no steps: {run}")
        return int(found[1])

    # Kills

    def killed(self, verb: str, fault: str) -> Run:
        return self.stack.slipway(verb, "--yes", variables={"SLIPWAY_FAULT": fault})

    def recovered(self, point: str, verb: str, release: int | None) -> bool:
        """Runs the next command and looks at the world. Without a release, to the one the stack then says it runs."""
        run = self.stack.slipway(verb, "--yes")
        self.recoveries.append(run.seconds)
        status = self.stack.status()
        found = faults(self.stack, release or status.get("release") or 0)
        if run.code != 0:
            found.insert(0, f"{verb} after the kill: {run}")
        if found:
            self.tell(point, found)
            repair = self.stack.slipway("deploy", "--yes", "--retry-crashed")
            if repair.code != 0:
                raise RuntimeError(f"cannot go on after {point}: {repair}")
        return not found

    def tell(self, point: str, found: list[str]) -> None:
        self.failed.append(point)
        self.yard.note(f"WRONG after {point}:")
        for line in "\n".join(found).splitlines():
            self.yard.note(f"  {line}")

    def cover(self, group: str, verb: str, fault: str, back: bool = False, again: str | None = None) -> bool:
        """Kills at one point and recovers. False when the plan had no such point: then the verb has succeeded."""
        point = f"{group} at {fault}"
        goal = self.goal_of_rollback() if verb == "rollback" else None
        run = self.killed(verb, fault)
        if run.code == 0:
            return False
        if run.code != -9:
            self.tell(point, [f"the killed command: {run}"])
        self.covered[group] += 1
        follow = verb
        if back:
            follow, goal = "rollback", self.goal_of_rollback()
        if again:
            second = self.killed(follow, again)
            if second.code == -9:
                self.covered["recovery (a second kill)"] += 1
                point += f", then at {again}"
        self.recovered(point, follow, goal)
        return True


def every_point(steps: int, quick: int | None, dice: random.Random) -> list[tuple[int, str]]:
    points = [(step, moment) for step in range(1, steps + 1) for moment in MOMENTS]
    return points if quick is None else sorted(dice.sample(points, quick))


def deploys(trial: Trial, quick: bool, dice: random.Random) -> None:
    trial.next_version()
    points = every_point(trial.steps("deploy"), 4 if quick else None, dice)
    for number, (step, moment) in enumerate(points):
        # Every second time the way back; then the same version is deployed again at the next point.
        trial.cover("deploy", "deploy", f"{moment}:deploy:{step}", back=number % 2 == 1)
        if number % 2 == 0:
            trial.next_version()
    trial.stack.deploy()


def rollbacks(trial: Trial, quick: bool, dice: random.Random) -> None:
    steps = trial.steps("rollback")
    for step, moment in every_point(steps, 3 if quick else None, dice):
        # Each one leads further back, so that there must be something to go back from.
        trial.next_version()
        trial.stack.deploy()
        trial.cover("rollback", "rollback", f"{moment}:rollback:{step}")


def recoveries(trial: Trial, quick: bool, dice: random.Random) -> None:
    """Killed again while the next command makes good the first kill, in ways drawn by lot."""
    trial.stack.deploy()
    trial.next_version()
    steps = trial.steps("deploy")
    for number in range(2 if quick else 24):
        back = number % 2 == 1
        first = f"{dice.choice(MOMENTS[1:])}:deploy:{dice.randint(2, steps)}"
        purpose = "rollback" if back else "deploy"
        trial.cover("deploy", "deploy", first, back=back, again=f"{dice.choice(MOMENTS)}:{purpose}:{dice.randint(1, 4)}")
        trial.next_version()


def at_random(trial: Trial, quick: bool, dice: random.Random) -> None:
    """Killed from outside, at any time, mostly in the middle of an effect."""
    for number in range(2 if quick else 20):
        trial.next_version()
        started = trial.stack.start("deploy", "--yes")
        after = dice.uniform(0.05, 3)
        time.sleep(after)
        started.kill()
        run = started.wait()
        if run.code == 0:
            continue
        trial.covered["random time"] += 1
        trial.recovered(f"a kill {after:.2f} s into a deploy", "deploy", None)


def first_deploys(trial: Trial, quick: bool, dice: random.Random) -> None:
    """A stack that was never there; no load, because nothing serves yet."""
    stack = trial.stack
    points = every_point(trial.steps("deploy"), 3 if quick else None, dice)
    for step, moment in points:
        trial.cover("first deploy", "deploy", f"{moment}:deploy:{step}")
        down = stack.down()
        if down.code != 0:
            trial.tell(f"first deploy at {moment}:deploy:{step}", [f"down: {down}"])


def hello(yard: Yard, name: str) -> StackCopy:
    """stacks/hello, made quick: what is waited for is not what is tested here."""
    stack = yard.copy("stacks/hello", name=name)
    stack.edit(r"healthyFor: \w+", "healthyFor: 200ms")
    stack.edit(r"interval: \w+", "interval: 200ms")
    stack.edit(r"kind: edge,", "kind: edge, rollout: {healthyFor: 200ms},")
    return stack


def account(yard: Yard, trial: Trial) -> None:
    points = sum(trial.covered.values())
    kinds = ", ".join(f"{count} {kind}" for kind, count in trial.covered.items())
    yard.check(f"{trial.stack.name}: survives kill -9", not trial.failed and points > 0, f"{points} kills ({kinds})",
               details="\n".join(trial.failed))  # fmt: skip
    if trial.recoveries:
        times = sorted(trial.recoveries)
        yard.note(f"the next command took {times[len(times) // 2]:.1f} s (median), {times[-1]:.1f} s (longest)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a sample of a dozen kill points")
    parser.add_argument("--only", choices=["deploys", "rollbacks", "recoveries", "at_random", "first_deploys"])
    options = parser.parse_args()
    dice = random.Random(SEED)
    wanted = [deploys, rollbacks, recoveries, at_random]
    with Yard("kills") as yard:
        trial = Trial(yard, hello(yard, "hello"))
        if options.only != "first_deploys":
            trial.next_version()
            if not yard.check("deploys", (run := trial.stack.deploy()).code == 0, details=run):
                return yard.exit_code
            with Trickle(trial.stack.port, "/version") as load:
                for part in wanted:
                    if options.only in (None, part.__name__):
                        trial.next_version()
                        trial.stack.deploy()
                        part(trial, options.quick, dice)
            account(yard, trial)
            yard.check("no request failed", not load.failures, f"{len(load.failures)} of {load.requests}",
                       details="\n".join(load.failures[:20]))  # fmt: skip
            trial.stack.down()
        if options.only in (None, "first_deploys"):
            fresh = Trial(yard, hello(yard, "fresh"))
            first_deploys(fresh, options.quick, dice)
            account(yard, fresh)
        yard.check_nothing_left()
        return yard.exit_code


if __name__ == "__main__":
    sys.exit(main())
