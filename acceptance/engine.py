"""
A Docker Engine for the acceptance scripts: the one that runs, else one of our own. That one lives in a network of its
own, together with the script: its bridges, its packet filter and its ports are gone with it.
"""

import ctypes
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

IMAGES = Path(__file__).resolve().parent / "images"
BASE = "slipway-debian"
# What the stand-ins for official images are made of.
PACKAGES = [
    "redis-server", "postgresql-15", "prometheus", "prometheus-alertmanager", "prometheus-redis-exporter",
    "prometheus-postgres-exporter", "haproxy", "python3-fastapi", "uvicorn", "python3-redis", "python3-psycopg2",
    "python3-prometheus-client", "busybox",
]  # fmt: skip


class DockerEngine:
    """Commands for a Docker Engine. Used with `with`; its own daemon and everything of it is gone afterwards."""

    def __enter__(self) -> "DockerEngine":
        self.root, self._daemon = None, None
        self.environment = {**os.environ, "DOCKER_BUILDKIT": "0"}
        if self.run("docker", "info").returncode != 0:
            self._start()
        return self

    def __exit__(self, *_) -> None:
        if self._daemon is not None:
            self._daemon.terminate()
            self._daemon.wait(60)
        if self.root is not None:
            shutil.rmtree(self.root, ignore_errors=True)

    def run(self, *command: object, folder: Path | None = None, **variables: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(word) for word in command], cwd=folder, env={**self.environment, **variables},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )  # fmt: skip

    def must(self, *command: object, folder: Path | None = None, **variables: str) -> str:
        ran = self.run(*command, folder=folder, **variables)
        if ran.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{ran.stdout}")
        return ran.stdout

    def _start(self) -> None:
        # Unix sockets have short paths, and overlays no overlay below them.
        self.root = Path(tempfile.mkdtemp(prefix="yard-docker-", dir="/var/tmp"))
        self._make_base(self.root / "base.tar")
        self._leave_network()
        self.environment["DOCKER_HOST"] = f"unix://{self.root}/socket"
        log = (self.root / "log").open("w")
        self._daemon = subprocess.Popen(
            ["dockerd", "--data-root", self.root / "data", "--exec-root", self.root / "run",
             "--pidfile", self.root / "pid", "--host", self.environment["DOCKER_HOST"], "--bip", "172.31.255.1/24",
             "--default-address-pool", "base=172.31.128.0/18,size=26"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while self.run("docker", "info").returncode != 0:
            if self._daemon.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"dockerd did not start:\n{(self.root / 'log').read_text()}")
            time.sleep(0.2)

    def make_base_image(self) -> None:
        """Nothing to do where it is there already, as on an engine that outlives the script."""
        if self.run("docker", "image", "inspect", BASE).returncode == 0:
            return
        with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="yard-image-") as folder:
            base = Path(folder if self.root is None else self.root) / "base.tar"
            if not base.exists():
                self._make_base(base)
            self.must("docker", "import", base, BASE)
            base.unlink()

    def _make_base(self, path: Path) -> None:
        """Needs a Debian mirror."""
        self.must(
            "mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(PACKAGES)}", "bookworm", path
        )  # fmt: skip

    def _leave_network(self) -> None:
        """This process and what it starts from now on see a network in which there is nothing yet."""
        new_network = 0x40000000
        if ctypes.CDLL(None, use_errno=True).unshare(new_network) != 0:
            raise OSError(ctypes.get_errno(), "cannot leave the machine's network; run this as root")
        self.must("ip", "link", "set", "lo", "up")

    def make_image(self, reference: str, stage: str, app: Path) -> None:
        """An image of this name: a stage of images/Dockerfile. `app` is what the app's image holds."""
        with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="yard-image-") as folder:
            shutil.copytree(IMAGES, folder, dirs_exist_ok=True)
            shutil.copytree(app, Path(folder) / "app")
            # The classic builder makes every stage before the wanted one, and finds them again the next time.
            self.must("docker", "build", "--quiet", "--target", stage, "--tag", reference, folder)
