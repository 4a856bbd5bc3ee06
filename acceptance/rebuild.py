#!/usr/bin/python3
"""
The shop comes back on a machine that has nothing of it, by the one command that stands on its kit, from the vault and the
kit alone: orders, keys, code and credentials are what they were, the recovery time is printed, and backups go on in the
same vault. The wrong key changes nothing; a rebuild that dies goes on when it is asked again.

    acceptance/rebuild.py            with a death at every step
    acceptance/rebuild.py --quick    with a few
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from canary import Search
from restore import Data, Writer, request
from yard import Run, StackCopy, Yard, kill

ORDERS = 25
APP_SECRETS = ("JWT_SECRET", "REDIS_URL", "DATABASE_URL")
# What the issue promises.
RECOVERY_LIMIT = 180


class Shop:
    """The shop, what it holds, and what is left of it: the vault and the kit."""

    def __init__(self, yard: Yard):
        self.yard = yard
        self.stack = yard.copy("stacks/shop")
        self.vault, self.kit, self.key = yard.root / "vault", yard.root / "kit.md", yard.root / "vault.key"
        self.stack.edit(r"local: +\{directory: [^}]+\}", f"local: {{directory: {self.vault}}}")
        self.stack.edit(r"^  offsite:.*$", "")
        self.stack.edit(r", offsite\]", "]")
        self.data = Data(self.stack)
        self.token = ""
        self.secrets: dict[str, str] = {}
        _ = self.stack.name  # while its spec is there

    def fill(self) -> None:
        for number in range(ORDERS):
            status, _ = request(self.stack, "POST", "/v1/orders", {"item": f"item-{number}", "quantity": number + 1})
            assert status == 201
        self.data.fill("kept:")
        self.token = token(self.stack.inside("api-1", 'printf %s "$JWT_SECRET"'))
        self.secrets = self.values()

    def values(self) -> dict[str, str]:
        """Every secret of the shop, as its services have them, and the keys of the home."""
        variables = {name: self.stack.inside("api-1", f'printf %s "${name}"') for name in APP_SECRETS}
        values = {name: re.sub(r".*//[^:]+:([^@]+)@.*", r"\1", value) for name, value in variables.items()}
        values["redis-admin"] = self.stack.inside("redis", "cat admin.secret")
        for name in ("vault.key", "master.key"):
            if (path := self.yard.home / "keys" / name).exists():
                values[name] = path.read_text(errors="replace").split()[-1]
        if min(map(len, values.values())) < 20 or len(set(values.values())) != len(values):
            raise RuntimeError(f"these are no secrets: {values.keys()}")
        return values

    def state(self) -> tuple:
        return self.data.orders(), self.data.keys("kept:")

    def destroy(self) -> None:
        """The machine is lost: every process, the home with the key and the data, the folder it was deployed from."""
        deadline = time.monotonic() + 20
        while (processes := self.yard.processes()) and time.monotonic() < deadline:
            for process in processes:
                kill(process.id)
            time.sleep(0.05)
        shutil.rmtree(self.yard.home)
        shutil.rmtree(self.stack.path, ignore_errors=True)
        self.yard.home.mkdir()
        self.yard.home.chmod(0o711)

    def rebuild(self, *arguments: object, **options) -> Run:
        return self.yard.slipway(*self.command(*arguments), **options)

    def command(self, *arguments: object, key: Path | None = None) -> list:
        """As it stands on the kit, with the file that its identity was written to."""
        line = next(line for line in self.kit.read_text().splitlines() if line.strip().startswith("slipway rebuild "))
        words = shlex.split(line)[1:]
        words[words.index("--identity") + 1] = str(key or self.key)
        return [*words, *arguments]

    def adopt_rebuilt(self) -> None:
        self.stack.path = self.yard.home / "rebuilt" / f"{self.stack.name}.{self.stack.environment}"


def token(secret: str) -> str:
    """Signed with the secret of before: whoever takes it has the same."""
    def part(value) -> bytes:
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        return base64.urlsafe_b64encode(content).rstrip(b"=")

    signed = part({"alg": "HS256"}) + b"." + part({"sub": "ada", "exp": time.time() + 3600})
    return (signed + b"." + part(hmac.new(secret.encode(), signed, hashlib.sha256).digest())).decode()


def logs_in(shop: Shop) -> bool:
    """An order that is read from and written to both servers, by somebody whom the old token names."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", shop.stack.port, timeout=5)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {shop.token}"}
    connection.request("POST", "/v1/orders", json.dumps({"item": "after", "quantity": 1}), headers)
    reply = connection.getresponse()
    body = json.loads(reply.read())
    connection.close()
    return reply.status == 201 and body.get("customer") == "ada"


def kit(yard: Yard, shop: Shop) -> None:
    run = shop.stack.slipway("kit")
    secret = (yard.home / "keys/vault.key").read_text().split()[-1]
    yard.check("the kit names the vault, its command and no secret", run.code == 0 and "slipway rebuild" in run.output
               and str(shop.vault) in run.output and secret not in run.output, details=run)  # fmt: skip
    with open(yard.root / "open.md", "w") as file:
        os.fchmod(file.fileno(), 0o644)
        refused = subprocess.run([yard_binary(), "kit", str(shop.stack.path), "--env", "local", "--with-identity"],
                                 env={**os.environ, "SLIPWAY_HOME": str(yard.home)}, stdout=file, stderr=subprocess.PIPE)  # fmt: skip
    yard.check("the identity is written to no file that others can read", refused.returncode == 2
               and secret not in (yard.root / "open.md").read_text(), details=refused.stderr.decode())  # fmt: skip
    shop.kit.write_text("an older one")
    shop.kit.chmod(0o644)
    run = shop.stack.slipway("kit", "--with-identity", "--out", shop.kit)
    yard.check("asked for, it is on the page, for its owner alone", run.code == 0 and secret in shop.kit.read_text()
               and shop.kit.stat().st_mode & 0o777 == 0o600, details=run)  # fmt: skip
    shop.key.write_text(re.search(r"AGE-SECRET-KEY-1\w+", shop.kit.read_text()).group() + "\n")
    shop.key.chmod(0o600)


def yard_binary() -> str:
    from yard import BINARY

    return str(BINARY)


def refusals(yard: Yard, shop: Shop) -> None:
    wrong = yard.root / "wrong.key"
    subprocess.run(["age-keygen", "-o", wrong], check=True, capture_output=True)
    run = yard.slipway(*shop.command("--yes", key=wrong))
    yard.check("another key is refused, and nothing is done", run.code == 1 and "not the one that opens" in run.errors
               and not (yard.home / "keys/vault.key").exists() and not yard.processes(), f"{run.seconds:.1f} s", details=run)  # fmt: skip
    run = shop.rebuild("--dry-run")
    yard.check("a dry run shows the sets and how long they take", run.code == 0 and "postgres-nightly" in run.output
               and "as proofs have measured" in run.output and not yard.processes(), details=run)  # fmt: skip
    run = shop.rebuild()
    yard.check("nobody said yes: nothing is done", run.code == 6 and not yard.processes(), details=run)


def deaths(yard: Yard, shop: Shop, before: tuple, quick: bool) -> None:
    """Each attempt dies, the first while it loads, the others behind a step; what comes next goes on from there."""
    started = yard.start(*shop.command("--yes"))
    seen = started.wait_for("postgres: reading", timeout=60)
    started.kill(signal.SIGKILL)
    run = started.wait()
    yard.check("it dies while it loads", seen and run.code == -signal.SIGKILL, details=run)
    died = 0
    for number in range(2 if quick else 80):
        # In the middle of each step and behind it. What is done stays so: a later attempt has fewer of them.
        point = f"after-{'effect' if number % 2 else 'intent'}:rebuild:{3 if quick else number // 2 + 1}"
        run = shop.rebuild("--yes", "--retry-crashed", variables={"SLIPWAY_FAULT": point})
        if run.code == 0:
            break
        if run.code != -signal.SIGKILL:
            yard.check(f"attempt {number + 1} dies of nothing else", False, details=run)
            break
        died += 1
    yard.check("it dies in its steps", died == 2 if quick else run.code == 0 and died >= 10, f"{died} deaths", details=run)
    run = shop.rebuild("--yes") if run.code != 0 else run
    yard.check(f"after {died + 1} deaths the same command brings it back", run.code == 0, f"{run.seconds:.1f} s", details=run)
    after = shop.state()
    yard.check("with everything it had", after == before, details=differences(before, after))


def differences(before: tuple, after: tuple) -> str:
    return "\n".join(f"{old}\n{new}" for old, new in zip(before, after) if old != new)[:2000]


def measured(yard: Yard, shop: Shop, before: tuple) -> None:
    sets = {row["set"] for row in listed(shop)}
    shop.destroy()
    # Somebody keeps trying meanwhile, and is served from the moment on that the shop is.
    with Writer(shop.stack) as writer:
        run = shop.rebuild("--yes")
        time.sleep(1)
    yard.check("one command brings it back", run.code == 0, f"{run.seconds:.1f} s", details=run)
    printed = re.search(r"^recovery time: (?:(\d+) min )?([\d.]+) s", run.output, re.M)
    seconds = int(printed.group(1) or 0) * 60 + float(printed.group(2)) if printed else float("inf")
    yard.check(f"its printed recovery time is under {RECOVERY_LIMIT} s", seconds < RECOVERY_LIMIT, f"{seconds:.1f} s", details=run)
    yard.check("and is the time it took", seconds <= run.seconds + 1, f"{seconds:.1f} s of {run.seconds:.1f} s")
    orders, keys = shop.state()
    old, new = [order for order in orders if order in before[0]], [order for order in orders if order not in before[0]]
    yard.check(f"{len(old)} orders and all keys are back", (old, keys) == before, details=differences(before, (old, keys)))
    lost = [order for order in writer.orders if order not in new]
    yard.check("an order that was taken meanwhile is there, and none met empty data", not lost and writer.orders != []
               and min(order[0] for order in new) > max(order[0] for order in old), f"{len(writer.orders)} orders, "
               f"{writer.failures} attempts before", details=f"{lost[:5]}")  # fmt: skip
    now = shop.values()
    changed = [name for name in APP_SECRETS if now[name] != shop.secrets[name]]
    yard.check("with the same credentials", logs_in(shop) and not changed, details=changed)
    readable(yard, shop, run)
    new = {row["set"] for row in listed(shop)} - sets
    numbers = sorted(int(name.rpartition("-")[2]) for name in new)
    yard.check("every policy has a new set in the same vault, behind the old ones",
               len(new) == 3 and min(numbers) > 1, ", ".join(sorted(new)), details=run)  # fmt: skip
    run = shop.yard.slipway("backup", "verify", "shop/local")
    yard.check("the chain of all of them is sound", run.code == 0, details=run)
    shop.adopt_rebuilt()
    run = shop.stack.slipway("plan", "--exit-code")
    yard.check("its spec and sources are there to deploy from", run.code == 0, details=run)
    run = shop.stack.slipway("restart", "--yes", "--service", "api")
    run = shop.rebuild("--yes")
    yard.check("what runs is never rebuilt over", run.code == 6 and "runs here already" in run.errors, details=run)


def readable(yard: Yard, shop: Shop, run: Run) -> None:
    """The secrets of before and of now in what a rebuild lays out, says, logs and remembers, and in the vault."""
    search = Search({**{f"new {name}": value for name, value in shop.values().items()}, **shop.secrets})
    places = [*(yard.home / "rebuilt").rglob("*"), *shop.vault.rglob("*"), *yard.home.glob("*"),
              *(shop.stack.folder / "logs").rglob("*")]  # fmt: skip
    for path in places:
        if path.is_file():
            search.look("file", str(path), path.read_bytes())
    search.look("output", "rebuild", (run.output + run.errors).encode())
    found = search.places["file"]
    yard.check("nothing secret is readable", not search.found and found > 20, f"{len(shop.secrets)} secrets, {found} files",
               details=search.found)  # fmt: skip
    search.look("self", "the key", shop.key.read_bytes())
    yard.check("by a search that finds what is there", "self: the key" in search.found)


def listed(shop: Shop) -> list[dict]:
    return shop.yard.slipway("backup", "list", "shop/local", "--output", "json").json()["rows"]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    with Yard("rebuild") as yard:
        shop = Shop(yard)
        run = shop.stack.deploy()
        yard.check("the shop is deployed", run.code == 0, f"{run.seconds:.1f} s", details=run)
        shop.fill()
        for word in ("run", "prove"):
            run = yard.slipway("backup", word, shop.stack.path, "--env", "local")
            yard.check(f"backup {word}", run.code == 0, f"{run.seconds:.1f} s", details=run)
        before = shop.state()
        kit(yard, shop)
        shop.destroy()
        refusals(yard, shop)
        shop.stack.path = Path("shop/local")
        deaths(yard, shop, before, quick)
        measured(yard, shop, before)
        shop.stack.down()
        yard.check_nothing_left()
        return yard.exit_code


if __name__ == "__main__":
    sys.exit(main())
