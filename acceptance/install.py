#!/usr/bin/python3
"""
Installs the release binary as `make install` does into a bare Debian 12 that has neither Swift nor any of the
libraries Slipway is built with, and uses it there. Needs a release build and a Debian mirror.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
RELEASE = Path(os.environ.get("SLIPWAY") or REPOSITORY / ".build/release/slipway")


def main() -> None:
    needed = subprocess.run(["ldd", RELEASE], capture_output=True, text=True).stdout
    libraries = set(re.findall(r"(\S+\.so[.\d]*)", needed.replace("/lib64/", "")))
    strangers = {each for each in libraries if not re.match(r"(.*/)?(ld-linux|lib[cm]\.so|linux-vdso)", each)}
    check("it needs glibc alone", not strangers, ", ".join(sorted(strangers)) or "libc, libm")
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="yard-install-") as folder:
        machine = Path(folder) / "debian"
        bare = ["mmdebstrap", "--variant=minbase", "--quiet", "bookworm", machine]
        subprocess.run(bare, check=True, stdin=subprocess.DEVNULL)
        installed = machine / "usr/local/bin/slipway"
        shutil.copy(RELEASE, installed)
        installed.chmod(0o755)
        check("Debian is version 12", (machine / "etc/debian_version").read_text().startswith("12"))
        check("it has no Swift", run(machine, "sh", "-c", "command -v swift").returncode != 0)
        version = run(machine, "slipway", "version")
        check("slipway version", version.returncode == 0, version.stdout.strip(), version.stderr)
        begun = run(machine, "sh", "-c", "cd /root && slipway init shop && slipway validate shop && slipway plan shop")
        said = begun.stdout + begun.stderr
        check("slipway init, validate, plan", begun.returncode in (0, 1) and "shop" in said, details=said)
        check("it names the programs that are missing", "not installed" in said, details=said)
    sys.exit(1 if failed else 0)


failed = False


def check(name: str, holds: bool, figure: str = "", details: str = "") -> None:
    global failed
    failed = failed or not holds
    print(f"{'passed' if holds else 'FAILED'}  {name}{f': {figure}' if figure else ''}", flush=True)
    if not holds and details:
        print(details)


def run(machine: Path, *command: str) -> subprocess.CompletedProcess:
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/root", "NO_COLOR": "1"}
    # A machine has /proc, where a program finds its arguments.
    enter = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", enter, machine, *command], capture_output=True, text=True, env=environment
    )


if __name__ == "__main__":
    main()
