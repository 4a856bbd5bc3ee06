#!/usr/bin/python3
"""
kill -9 of slipway at random moments of a backup, an upload, a prune, a proof and a restore, again and again. After each:
no set can be seen that is not sound, none that was there is gone but those that a prune was to delete, the next command
waits for nobody, and the live data is what it was, or what a restore put in its place: to the byte what the set holds.

    acceptance/backup_kills.py                 500 kills
    acceptance/backup_kills.py --kills 20
"""

import argparse
import hashlib
import random
import sys
import time
import urllib.request
from collections import Counter

from backups import Bucket
from restore import Data
from yard import Run, StackCopy, Yard

SEED = 22
POLICIES = ("data", "files")
# A lease of somebody who died is never waited out, which would take two minutes.
PATIENCE = 100

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

    def __init__(self, yard: Yard, stack: StackCopy, bucket: Bucket):
        self.yard, self.stack, self.bucket, self.data = yard, stack, bucket, Data(stack)
        self.dice = random.Random(SEED)
        self.usual: dict[tuple, float] = {}
        self.wrong: list[str] = []
        self.counts: Counter = Counter()
        self.killed = 0
        # What each policy's sets hold, by the moment that they were captured: a copy in another store has the same.
        self.contents: dict[str, dict[str, object]] = {policy: {} for policy in POLICIES}
        self.known: dict[tuple[str, str], str] = {}
        self.restored = 0
        self.longest = 0.0

    def backup(self, word: str, *arguments: object, **options) -> Run:
        return self.yard.slipway("backup", word, self.stack.path, "--env", self.stack.environment, *arguments, **options)

    def sets(self) -> dict[tuple[str, str], str]:
        """When each was captured."""
        run = self.backup("list", "--output", "json")
        if run.code != 0:
            raise RuntimeError(f"slipway backup list: {run}")
        return {(row["store"], row["set"]): str(row["captured"]) for row in run.json()["rows"]}

    def going(self, policy: str) -> set[tuple[str, str]]:
        """What a prune is to delete."""
        run = self.backup("prune", "--policy", policy, "--dry-run", "--output", "json")
        return {(row["store"], row["set"]) for each in run.json() for row in each["rows"] if not row["reasons"]}

    def live(self, policy: str) -> object:
        return self.data.keys("key") if policy == "data" else self.tree()

    def learn(self) -> dict[tuple[str, str], str]:
        """What is new holds what is live: nobody writes while slipway runs."""
        found = self.known = self.sets()
        for (_, name), captured in found.items():
            policy = name.split("/")[2]
            if captured not in self.contents[policy]:
                self.contents[policy][captured] = self.live(policy)
        return found

    def command(self, word: str, policy: str) -> list[object]:
        verb = ["restore"] if word == "restore" else ["backup", word]
        yes = ["--yes"] if word in ("prune", "restore") else []
        return [*verb, self.stack.path, "--env", self.stack.environment, "--policy", policy, *yes]

    def traces(self) -> set[str]:
        """What work leaves behind while it lasts: a lease that somebody holds, a draft, something half loaded."""
        vault = self.yard.root / "vault"
        found = [*(vault / ".drafts").glob("*"), *(self.yard.home / "scratch").glob("*"),
                 *(self.stack.folder / "volumes/.beside").glob("*/*")]  # fmt: skip
        signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=shop/20261101/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0"}
        request = urllib.request.Request(f"{self.bucket.url}/shop-backups/lease.json", headers=signed)
        with urllib.request.urlopen(request, timeout=10) as reply:
            leases = [(vault / "lease.json").read_text(), reply.read().decode()]
        # What another one than slipway still takes away may be gone by now.
        return {f"{path} {path.lstat().st_ctime_ns}" for path in found if path.exists()} | {lease for lease in leases if '"holder"' in lease}

    def kill(self, words: list[object]) -> bool:
        """At a random moment of what it takes. False where it was quicker."""
        started = self.yard.start(*words)
        time.sleep(self.dice.uniform(0.2, 1.02) * self.usual[tuple(words)])
        started.kill()
        return started.wait().code == -9

    def round(self, number: int) -> None:
        word, policy = self.dice.choice(["run", "run", "run", "prune", "prove", "restore", "restore"]), self.dice.choice(POLICIES)
        words = self.command(word, policy)
        self.data.fill(f"key{number % 7}:", 200)
        (self.uploads / f"{number % 40}").write_bytes(self.dice.randbytes(self.dice.choice([10, 5000, 300_000])))
        if tuple(words) not in self.usual:
            self.usual[tuple(words)] = self.yard.slipway(*words).seconds
            self.learn()
        if word == "prune":  # with something to delete
            for _ in range(2):
                self.go_on(number, self.command("run", policy))
        before, live = self.learn(), {policy: self.live(policy) for policy in POLICIES}
        going = self.going(policy) if word == "prune" else set()
        traces = self.traces()
        died = self.kill(words)
        self.killed += died
        is_at_work = bool(self.traces() - traces)
        self.counts[f"kills of {word}{'' if is_at_work else ' before or behind its work'}" if died else "that came too late"] += 1
        if word == "restore":
            self.swapped(number, policy, before, live)
        elif {policy: self.live(policy) for policy in POLICIES} != live:
            self.wrong.append(f"{number}: {word} has changed the live data")
        if lost := set(before) - set(self.learn()) - going:
            self.wrong.append(f"{number}: {word} has lost {sorted(lost)}")
        run = self.backup("verify")
        if run.code != 0:
            self.wrong.append(f"{number}: after a kill of {word} not all is sound: {run}")
        if word == "restore":
            for each in POLICIES:
                self.brought_back(number, each)
        if number % 3 == 0:
            self.go_on(number, self.command("run", self.dice.choice(POLICIES)))
            self.go_on(number, self.command("prune", self.dice.choice(POLICIES)))

    def newest(self, policy: str, sets: dict[tuple[str, str], str]) -> str:
        return max(captured for (_, name), captured in sets.items() if name.split("/")[2] == policy)

    def swapped(self, number: int, policy: str, sets: dict, live: dict) -> None:
        """What is live now is what it was, or what the set holds; of another policy nothing was touched."""
        for each in POLICIES:
            allowed = [live[each]] + ([self.contents[policy][self.newest(policy, sets)]] if each == policy else [])
            try:
                found = self.live(each)
            except (RuntimeError, FileNotFoundError) as error:
                # It died while the directories changed places: nothing serves them, and the next command goes on.
                self.counts["that left it stopped"] += 1
                if each != policy:
                    self.wrong.append(f"{number}: a restore of {policy} that died has stopped {each}: {error}")
                continue
            if found not in allowed:
                self.wrong.append(f"{number}: a restore of {policy} that died has left other data in {each}")

    def brought_back(self, number: int, policy: str) -> None:
        """The restore that goes on brings back what the set holds, to the byte."""
        wanted = self.contents[policy][self.newest(policy, self.known)]
        self.go_on(number, self.command("restore", policy))
        self.restored += 1
        if self.live(policy) != wanted:
            self.wrong.append(f"{number}: what a restore of {policy} has brought back is not what its set holds")

    def go_on(self, number: int, words: list[object]) -> None:
        """The next command, which nobody prepares the way for."""
        run = self.yard.slipway(*words)
        self.longest = max(self.longest, run.seconds)
        if run.code != 0 or run.seconds > PATIENCE or " waits: " in run.errors:
            self.wrong.append(f"{number}: the next command {' '.join(map(str, words))}: {run}")
        if "run" in words:
            self.learn()

    @property
    def uploads(self):
        return self.stack.folder / "volumes/files/uploads"

    def tree(self) -> dict[str, str]:
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in self.uploads.iterdir()}


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
        trial = Trial(yard, stack, bucket)
        trial.data.fill("key0:", 200)
        (trial.uploads / "first").write_bytes(b"first")
        run = trial.backup("run")
        yard.check("it has sets in a folder and in a bucket", run.code == 0, f"{run.seconds:.1f} s", details=run)
        trial.learn()
        for number in range(options.kills * 3):
            if trial.killed == options.kills:
                break
            trial.round(number)
            if number % 50 == 49:
                yard.note(f"{trial.killed} kills, {len(trial.wrong)} of them wrong")
        # What is left of a run in the scratch folder, the next one of that kind clears.
        for word in ("run", "prove"):
            trial.go_on(options.kills, ["backup", word, stack.path, "--env", stack.environment])
        for policy in POLICIES:
            trial.go_on(options.kills, ["restore", stack.path, "--env", stack.environment, "--policy", policy, "--yes"])
        left = [str(path) for path in (yard.home / "scratch").glob("*")]
        yard.check("the next of each kind clears what is left of the dead", not left, details=left)
        at_work = sum(count for word, count in trial.counts.items() if word.startswith("kills") and not word.endswith("work"))
        yard.check("slipway was killed as often as that, many times at work", trial.killed == options.kills and at_work >= options.kills / 4,
                   f"{trial.killed} kills, {at_work} at work", details=trial.counts)  # fmt: skip
        counts = ", ".join(f"{count} {word}" for word, count in sorted(trial.counts.items()))
        yard.check("a death of slipway anywhere loses nothing, shows nothing half and holds nobody up", not trial.wrong,
                   f"{counts}; {trial.restored} restores were compared; the next command took {trial.longest:.1f} s at most", details="\n".join(trial.wrong[:20]))  # fmt: skip
        stack.down()
        yard.check_nothing_left()
        return yard.exit_code


if __name__ == "__main__":
    sys.exit(main())
