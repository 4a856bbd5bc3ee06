#!/usr/bin/env python3
"""Rendered Kubernetes manifests, checked by the field's own programs.

    acceptance/manifests.py DIRECTORY...

Each DIRECTORY is one rendered set (it holds a kustomization.yaml). Every object must pass
`kubernetes-validate --strict` for the newest three versions of Kubernetes that it knows, as it is written and as
`kubectl kustomize` puts it together, which also shows that every file it refers to is there. Custom resources
(HTTPRoute, ServiceMonitor, PrometheusRule) have no schema in Kubernetes itself, and are only read.

`kubernetes-validate` is installed into .build/tools when it is not there. Without a `kubectl` only the files are checked.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import venv

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".build/tools"
VALIDATE = TOOLS / "bin/kubernetes-validate"
PACKAGE = "kubernetes-validate==1.37.0"
VERSIONS = 3
CUSTOM = ("gateway.networking.k8s.io/", "monitoring.coreos.com/", "kustomize.config.k8s.io/")


def main(folders):
    if not folders:
        sys.exit(__doc__)
    install()
    if not shutil.which("kubectl"):
        print("kubectl kustomize: left out, because there is no kubectl on this machine")
    failures = 0
    for folder in map(pathlib.Path, folders):
        problems = check(folder)
        failures += len(problems)
        print(f"{folder}: {'; '.join(problems) if problems else 'ok'}")
    sys.exit(1 if failures else 0)


def install():
    if not VALIDATE.exists():
        venv.create(TOOLS, with_pip=True)
        subprocess.run([TOOLS / "bin/pip", "install", "--quiet", PACKAGE], check=True)


def versions():
    """The newest, as the schemas are called that the validator brings along: v1.37.0-local-strict."""
    schemas = next(TOOLS.glob("lib/python3*/site-packages/kubernetes_validate/kubernetes-json-schema"))
    minors = {}
    for schema in schemas.glob("v*"):
        number = tuple(map(int, schema.name.removeprefix("v").split("-")[0].split(".")))
        minors[number[:2]] = max(minors.get(number[:2], number), number)
    return [".".join(map(str, minors[minor])) for minor in sorted(minors)[-VERSIONS:]]


def check(folder):
    with tempfile.TemporaryDirectory() as work:
        copy = pathlib.Path(work) / "set"
        shutil.copytree(folder, copy)
        fill_in_secrets(copy)
        if not shutil.which("kubectl"):
            return validate(list(objects(folder, pathlib.Path(work))))
        built = subprocess.run(["kubectl", "kustomize", copy], capture_output=True, text=True)
        if built.returncode != 0:
            return [f"kubectl kustomize: {built.stderr.strip()}"]
        whole = pathlib.Path(work) / "whole.yaml"
        whole.write_text(built.stdout)
        return validate([*objects(folder, pathlib.Path(work)), *split(whole, pathlib.Path(work))])


def fill_in_secrets(folder):
    """kustomize reads the files that secrets.sh makes; their content makes no difference here."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    for generator in kustomization.get("secretGenerator", []):
        for entry in generator["files"]:
            path = folder / entry.split("=", 1)[1]
            path.parent.mkdir(exist_ok=True)
            path.write_text("x")


def objects(folder, work):
    """The objects as they are written: what is listed as a resource, document by document."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    for resource in kustomization["resources"]:
        yield from split(folder / resource, work, resource.replace("/", "_"))


def split(file, work, name="whole"):
    """One file for each object that Kubernetes itself has a schema for: the validator takes one document a file."""
    for number, document in enumerate(yaml.safe_load_all(file.read_text())):
        if not document["apiVersion"].startswith(CUSTOM):
            path = work / f"{name}-{number}.yaml"
            path.write_text(yaml.safe_dump(document))
            yield path


def validate(files):
    problems = []
    for version in versions():
        command = [VALIDATE, "--strict", "--quiet", "--kubernetes-version", version, *files]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            problems.append(f"{version}: {(done.stdout + done.stderr).strip()}")
    print(f"  {len(files)} objects, Kubernetes {', '.join(versions())}")
    return problems


if __name__ == "__main__":
    main(sys.argv[1:])
