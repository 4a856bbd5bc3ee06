#!/usr/bin/python3
"""
kill -9 of slipway at random moments of a backup, an upload, a prune, a proof and a restore, again and again. After each:
no set can be seen that is not sound, none that was there is gone but those that may be pruned, the next command waits
for nobody, and the live data is what it was, or what a restore put in its place.

    acceptance/backup_kills.py                 500 kills
    acceptance/backup_kills.py --kills 20
"""

import argparse
import random
import sys
import time
from collections import Counter

from backups import Bucket
from restore import Data
from yard import Run, StackCopy, Yard

SEED = 22
POLICIES = ("data", "files")
# A lease of somebody who died is never waited out.
PATIENCE = 30

SPEC = """
apiVersion: slipway/v1
stack: kills
services:
  redis: {kind: redis, version: "7.0", rollout: {healthyFor: 200ms}}
  files:
    source: ./app
    command: [python3, -m, http.server, --bind, "${host}", "${port}"]
    env: {UPLOADS: "${volume:uploads}"}
    port: 8000
    replicas: 1
    volumes: [{name: uploads, path: /srv/uploads, storage: 1GiB}]
    health: {readiness: /, interval: 1s, timeout: 1s}
    rollout: {healthyFor: 200ms}
  edge: {kind: edge, listen: EDGE_PORT, routes: [{path: /, service: files}]}
stores:
  local: {directory: VAULT}
  offsite: {s3: {endpoint: BUCKET, bucket: shop-backups, region: eu-central-1}}
backups:
  - {name: data, of: redis, schedule: "0 0 1 1 *", keep: {last: 2}, to: [local, offsite]}
  - {name: files, of: files, schedule: "0 0 1 1 *", keep: {last: 2}, to: [offsite, local]}
environments:
  local: {engine: process}
"""


class Trial:
    """A stack whose slipway is killed over and over, and the account of it."""

    def __init__(self, yard: Yard, stack: StackCopy):
        self.yard, self.stack, self.data = yard, stack, Data(stack)
        self.dice = random.Random(SEED)
        self.usual: dict[tuple, float] = {}
        self.wrong: list[str] = []
        self.counts: Counter = Counter()
        self.longest = 0.0

    def backup(self, word: str, *arguments: object, **options) -> Run:
        return self.yard.slipway("backup", word, self.stack.path, "--env", self.stack.environment, *arguments, **options)

    def sets(self) -> set[tuple[str, str]]:
        run = self.backup("list", "--output", "json")
        if run.code != 0:
            raise RuntimeError(f"slipway backup list: {run}")
        return {(row["store"], row["set"]) for row in run.json()["rows"]}

    def command(self, word: str) -> list[object]:
        """What is killed, without its stack."""
        policy = self.dice.choice(POLICIES)
        if word == "restore":
            return ["restore", self.stack.path, "--env", self.stack.environment, "--policy", policy, "--yes"]
        yes = ["--yes"] if word == "prune" else []
        return ["backup", word, self.stack.path, "--env", self.stack.environment, "--policy", policy, *yes]

    def kill(self, words: list[object]) -> bool:
        """At a random moment of what it takes. False where it was quicker."""
        key = tuple(words)
        if key not in self.usual:
            self.usual[key] = self.yard.slipway(*words).seconds
        started = self.yard.start(*words)
        time.sleep(self.dice.uniform(0, self.usual[key] * 1.05))
        started.kill()
        return started.wait().code == -9

    def round(self, number: int) -> None:
        word = self.dice.choice(["run", "run", "run", "prune", "prove", "restore", "restore"])
        words = self.command(word)
        self.data.fill(f"key{number % 7}:", 200)
        (self.uploads / f"{number % 40}").write_bytes(self.dice.randbytes(self.dice.choice([10, 5000, 300_000])))
        before, keys, files = self.sets(), self.data.keys("key"), self.tree()
        died = self.kill(words)
        self.counts[f"kills of {word}" if died else "that came too late"] += 1
        after = self.sets()
        lost = before - after
        if lost and word != "prune":
            self.wrong.append(f"{number}: {word} has lost {sorted(lost)}")
        self.sound(number, word)
        if word == "restore":
            self.go_on(number, [*words[:4], "--policy", "data", "--yes"])
            self.go_on(number, [*words[:4], "--policy", "files", "--yes"])
        elif (self.data.keys("key"), self.tree()) != (keys, files):
            self.wrong.append(f"{number}: {word} has changed the live data")
        if number % 3 == 0:
            self.go_on(number, self.command("run"))
            self.go_on(number, self.command("prune"))

    def sound(self, number: int, word: str) -> None:
        run = self.backup("verify")
        if run.code != 0:
            self.wrong.append(f"{number}: after a kill of {word} not all is sound: {run}")

    def go_on(self, number: int, words: list[object]) -> None:
        """The next command, which nobody prepares the way for."""
        run = self.yard.slipway(*words)
        self.longest = max(self.longest, run.seconds)
        if run.code != 0 or run.seconds > PATIENCE:
            self.wrong.append(f"{number}: the next command {' '.join(map(str, words))}: {run}")

    @property
    def uploads(self):
        return self.stack.folder / "volumes/files/uploads"

    def tree(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.uploads.iterdir()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=500)
    options = parser.parse_args()
    with Yard("bkills") as yard, Bucket(yard) as bucket:
        spec = SPEC.replace("VAULT", str(yard.root / "vault")).replace("BUCKET", bucket.url)
        stack = yard.write("kills", spec, {"app/readme": "served"})
        deployed = stack.deploy()
        if not yard.check("the stack is deployed", deployed.code == 0, f"{deployed.seconds:.1f} s", details=deployed):
            return yard.exit_code
        trial = Trial(yard, stack)
        trial.data.fill("key0:", 200)
        (trial.uploads / "first").write_bytes(b"first")
        run = trial.backup("run")
        yard.check("it has sets in a folder and in a bucket", run.code == 0, f"{run.seconds:.1f} s", details=run)
        for number in range(options.kills):
            trial.round(number)
        # What is left of a run in the scratch folder, the next one of that kind clears.
        for word in ("run", "prove"):
            trial.go_on(options.kills, ["backup", word, stack.path, "--env", stack.environment])
        for policy in POLICIES:
            trial.go_on(options.kills, ["restore", stack.path, "--env", stack.environment, "--policy", policy, "--yes"])
        left = [str(path) for path in (yard.home / "scratch").glob("*")]
        yard.check("the next of each kind clears what is left of the dead", not left, details=left)
        counts = ", ".join(f"{count} {word}" for word, count in sorted(trial.counts.items()))
        yard.check("a death of slipway anywhere loses nothing, shows nothing half and holds nobody up", not trial.wrong,
                   f"{counts}; the next command took {trial.longest:.1f} s at most", details="\n".join(trial.wrong[:20]))  # fmt: skip
        stack.down()
        yard.check_nothing_left()
        return yard.exit_code


if __name__ == "__main__":
    sys.exit(main())
