#!/usr/bin/env python3
"""What is rendered for Postgres and Redis on Kubernetes, run by the real programs without a cluster.

    acceptance/kubernetes_data.py DIRECTORY POSTGRES DATABASE LOGIN REDIS LOGIN

DIRECTORY is a rendered set; POSTGRES and REDIS are services of it that are watched and backed up, each with the name of
a secret that is a login of it. The folders and ports of the containers are replaced by some of this machine, nothing
else. Everything runs as the user of the pods, whom this machine does not know; only `initdb`, which insists on a name,
is shown one, as the entrypoint of the official images does. Shown are: `secrets.sh` makes what the servers accept; each role may do what it is for and no more; running the
accounts again changes nothing; the backup jobs store, and what they stored can be read; `keep` keeps what it says.

Needs Postgres, Redis and to be root.
"""

import datetime
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

import yaml

POSTGRES_BIN = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]


def main(folder, postgres, database, role, redis, login):
    work = pathlib.Path(tempfile.mkdtemp(prefix="slipway-data-", dir="/var/tmp"))
    try:
        shutil.copytree(folder, work / "set")
        # Values that only a person knows are not for the data services: anything will do.
        script = (work / "set/secrets.sh").read_text()
        given = [line.split()[1] for line in script.splitlines() if line.startswith("given ")]
        (work / "set/secrets").mkdir()
        for name in given:
            (work / "set/secrets" / name).write_text("given")
        subprocess.run(["sh", work / "set/secrets.sh"], check=True)
        become_pod(work, postgres)
        check_postgres(work, postgres, database, role)
        check_redis(work, redis, login)
        check_configuration(work)
        check_retention(work)
    finally:
        shutil.rmtree(work)
    print("ok")


AS_POD = []


def become_pod(work, service):
    """Who the pods are, and that everything in the folder is theirs."""
    pod = yaml.safe_load((work / "set" / service / "statefulset.yaml").read_text())["spec"]["template"]["spec"]
    user, group = (pod["securityContext"][key] for key in ["runAsUser", "runAsGroup"])
    AS_POD[:] = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "--no-new-privs"]
    known = pathlib.Path("/etc/passwd").read_text()
    (work / "passwd").write_text(f"{known}pod:x:{user}:{group}::{work}:/bin/false\n")
    subprocess.run(["chown", "-R", f"{user}:{group}", work], check=True)


def run(work, *command, known=False, **variables):
    environment = {"PATH": f"{POSTGRES_BIN}:{os.environ['PATH']}", "LC_ALL": "C", **variables}
    name = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/passwd && exec "$@"', work / "passwd"]
    return subprocess.run(
        [*map(str, [*(name if known else []), *AS_POD, *command])], cwd=work, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
    )


def expect(what, done, status=0, text=""):
    if (done.returncode == 0) != (status == 0) or text not in done.stdout:
        sys.exit(f"{what}: status {done.returncode}\n{done.stdout}")
    print(f"  {what}")


def moved(work, text, port, own, folder):
    """The text of a container with places of this machine."""
    for old, new in [("/run/secrets", f"{work}/set/secrets"), (f" {own}", f" {port}"),
                     (folder, f"{work}/etc"), ("/var/run/postgresql", str(work)), (" /data", f" {work}")]:
        text = text.replace(old, new)
    return text


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def check_postgres(work, service, database, role):
    port = free_port()
    secrets, etc = work / "set/secrets", work / "etc"
    etc.mkdir()
    for file in (work / "set" / service / "config").iterdir():
        (etc / file.name).write_text(moved(work, file.read_text(), port, "5432", "/etc/postgresql"))
    options = f"-c config_file={etc}/postgresql.conf -c data_directory={work}/pg -c shared_buffers=32MB"
    expect("a cluster is made", run(
        work, "initdb", "-D", "pg", "-U", "postgres", f"--pwfile={secrets}/{service}-admin",
        "--auth-local=trust", "--auth-host=scram-sha-256", "--data-checksums", known=True))
    expect("it starts with what is rendered", run(work, "pg_ctl", "-D", "pg", "-o", options, "-l", "log", "-w", "start"))
    try:
        accounts = ["psql", "-X", "-q", "-h", work, "-p", port, "-U", "postgres", "-d", "postgres", "-f"]
        for turn in ["made", "made again"]:
            expect(f"the roles are {turn}", run(work, *accounts, etc / "accounts.sql"))

        def ask(user, secret, statement, where=database):
            return run(work, "psql", "-X", "-At", "-h", "127.0.0.1", "-p", port, "-U", user, "-d", where, "-c", statement,
                       PGPASSWORD=(secrets / secret).read_text())

        app = role.replace("-", "_")
        expect("the app makes tables", ask(app, role, "create table t (i int); insert into t values (7)"))
        expect("and comes into no other database", ask(app, role, "select 1", "postgres"), 1, "CONNECT")
        expect("the exporter sees figures", ask("exporter", f"{service}-exporter-password", "select count(*) from pg_stat_activity"))
        expect("and no data", ask("exporter", f"{service}-exporter-password", "select * from t"), 1, "permission denied")
        expect("the backup reads", ask("backup", f"{service}-backup", "select i from t"), 0, "7")
        expect("and changes nothing", ask("backup", f"{service}-backup", "delete from t"), 1, "permission denied")
        expect("the superuser has no way in", ask("postgres", f"{service}-admin", "select 1"), 1, "rejects")
        expect("no password is in the log", run(work, "grep", "-F", (secrets / role).read_text(), "log"), 1)
        expect("a set is stored", run(
            work, "sh", work / "set/backups/scripts/postgres.sh", BACKUPS=f"{work}/backups", SET="p", KEEP="last=1",
            DATABASE=database, HOST="127.0.0.1", PGPORT=str(port), LOGIN="backup",
            LOGIN_FILE=f"{secrets}/{service}-backup"), 0, "stored")
        (stored,) = (work / "backups/p").iterdir()
        expect("with the data in it", run(work, "pg_restore", "--data-only", "--file=-", stored), 0, "\n7\n")
    finally:
        run(work, "pg_ctl", "-D", "pg", "-m", "fast", "-w", "stop")


def check_redis(work, service, login):
    port = free_port()
    secrets = work / "set/secrets"
    text = (work / "set" / service / "config/redis.conf").read_text()
    text = moved(work, text, port, "6379", "/etc/redis").replace("bind * -::*", "bind 127.0.0.1")
    (work / "redis.conf").write_text(text)
    server = subprocess.Popen([*AS_POD, "redis-server", work / "redis.conf"],
                              stdout=subprocess.DEVNULL)
    try:
        def ask(user, secret, *command):
            return run(work, "redis-cli", "-e", "-p", port, "--user", user, "--no-auth-warning", *command,
                       REDISCLI_AUTH=(secrets / secret).read_text())

        while "PONG" not in ask("slipway", f"{service}-admin", "ping").stdout:
            if server.poll() is not None:
                sys.exit("redis-server does not start with what is rendered")
        app = login.replace("-", "_")
        expect("the app writes", ask(app, login, "set", "key", "seven"))
        expect("and does not administer", ask(app, login, "config", "get", "dir"), 1, "NOPERM")
        expect("the exporter sees figures", ask("exporter", f"{service}-exporter-password", "info"), 0, "redis_version")
        expect("and no data", ask("exporter", f"{service}-exporter-password", "get", "key"), 1, "NOPERM")
        expect("nobody comes in without a password", run(work, "redis-cli", "-e", "-p", port, "ping"), 1, "NOAUTH")
        # The port is the one thing that the script takes for granted.
        script = (work / "set/backups/scripts/redis.sh").read_text()
        (work / "set/backups/scripts/redis.sh").write_text(script.replace("redis-cli -h", f"redis-cli -p {port} -h"))
        expect("a set is stored", run(
            work, "sh", work / "set/backups/scripts/redis.sh", BACKUPS=f"{work}/backups", SET="r", KEEP="last=1",
            HOST="127.0.0.1", LOGIN="backup", LOGIN_FILE=f"{secrets}/{service}-backup"), 0, "stored")
        (stored,) = (work / "backups/r").iterdir()
        if b"seven" not in stored.read_bytes():
            sys.exit("the snapshot lacks the data")
    finally:
        server.terminate()
        server.wait()


def check_configuration(work):
    """As a pod has it: started in another folder, the files behind links, in folders that begin with two dots."""
    mounted = work / "mounted"
    (mounted / "..data").mkdir(parents=True)
    (mounted / "..data/redis.conf").write_text("port 6379\n")
    (mounted / "redis.conf").symlink_to("..data/redis.conf")
    expect("the configuration is stored", run(
        work, "sh", work / "set/backups/scripts/config.sh", BACKUPS=f"{work}/backups", SET="c", KEEP="last=1",
        CONFIG=str(mounted)), 0, "stored")
    (stored,) = (work / "backups/c").iterdir()
    expect("as files", run(work, "tar", "-xzOf", stored, "redis.conf"), 0, "port 6379")


def check_retention(work):
    """Four sets a day for a year; each rule keeps the newest of each of its periods."""
    folder = work / "kept"
    folder.mkdir()
    now = datetime.datetime(2026, 11, 20, 12)
    times = [now - datetime.timedelta(hours=6 * number) for number in range(4 * 366)]
    for time in times:
        (folder / f"{time:%Y%m%dT%H%M%SZ}.dump").touch()
    rules = {"last": (3, lambda time: time), "daily": (7, lambda time: time.date()),
             "weekly": (4, lambda time: time.isocalendar()[:2]), "monthly": (6, lambda time: (time.year, time.month)),
             "yearly": (2, lambda time: time.year)}
    wanted = {time for time in times if now - time <= datetime.timedelta(hours=25)}
    for count, period in rules.values():
        newest = {}
        for time in times:
            newest.setdefault(period(time), time)
        wanted |= set(sorted(newest.values(), reverse=True)[:count])
    keep = " ".join(f"{name}={count}" for name, (count, _) in rules.items()) + " within=90000"
    outdated = subprocess.run(
        ["sh", "-c", ". ./set/backups/scripts/set.sh; ls -r kept | outdated"], cwd=work, text=True, check=True,
        capture_output=True, env={"PATH": os.environ["PATH"], "KEEP": keep, "stamp": f"{now:%Y%m%dT%H%M%SZ}"}).stdout
    kept = {path.name for path in folder.iterdir()} - set(outdated.split())
    if kept != {f"{time:%Y%m%dT%H%M%SZ}.dump" for time in wanted}:
        sys.exit(f"kept are {sorted(kept)}")
    print(f"  of {len(times)} sets {len(kept)} are kept, as the rules say")


if __name__ == "__main__":
    if len(sys.argv) != 7 or os.geteuid() != 0:
        sys.exit(__doc__)
    main(*sys.argv[1:])
