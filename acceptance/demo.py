#!/usr/bin/python3
"""
Runs the demo as `make demo` does, and takes it down as `make demo-down` does.

No request may fail, every stage must show what it promises, and nothing may be left behind.
"""

import os
import re
import subprocess
import sys
import time

from yard import BINARY, REPOSITORY, Yard

LIMIT = 180  # seconds, what the README promises


def main() -> None:
    with Yard("demo") as yard:
        port = yard.free_port()
        folder = yard.root / "demo"
        yard.adopt(folder / "shop", port, "local").name = "shop"  # its spec goes with the demo
        yard.home = folder / "home"  # what is left behind is looked for there
        variables = {"SLIPWAY": str(BINARY), "SLIPWAY_DEMO": str(folder), "SLIPWAY_DEMO_PORT": str(port)}
        up = demo("up", variables)
        yard.check("the demo comes up", up.returncode == 0, f"{up.seconds:.0f} s", details=up.stdout)
        yard.check("within three minutes", up.seconds < LIMIT, f"{up.seconds:.0f} s")
        judge(yard, up.stdout)
        again = demo("up", variables)
        yard.check("it can be run again", again.returncode == 0, f"{again.seconds:.0f} s", details=again.stdout)
        down = demo("down", variables)
        yard.check("the demo goes down", down.returncode == 0, f"{down.seconds:.0f} s", details=down.stdout)
        yard.check("its folder is gone", not folder.exists())
        yard.check_nothing_left()
        yard.check("down twice is no error", demo("down", variables).returncode == 0)
    sys.exit(yard.exit_code)


def judge(yard: Yard, told: str) -> None:
    requests = re.search(r"^requests +(\d+) +(\d+)$", told, re.M)
    failed = re.search(r"^failed +(\d+) +(\d+)$", told, re.M)
    if not yard.check("it tells its figures", bool(requests and failed), details=told):
        return
    lost = sum(map(int, failed.groups()))
    yard.check("no request fails", lost == 0, f"{lost} of {sum(map(int, requests.groups()))}")
    served = re.findall(r"^now serving: .*?(\d+\.\d+\.\d+)", told, re.M)
    yard.check("it updates and rolls back", served == ["1.1.0", "1.0.0"], " then ".join(served))


def demo(verb: str, variables: dict[str, str]) -> subprocess.CompletedProcess:
    began = time.monotonic()
    run = subprocess.run(
        [REPOSITORY / "scripts/demo", verb],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "NO_COLOR": "1", **variables},
    )  # fmt: skip
    run.seconds = time.monotonic() - began
    return run


if __name__ == "__main__":
    main()
