"""What a release is made of: versions that agree, notes from CHANGELOG.md, the integration's zip.

`scripts/release` calls this in three steps: `check` before anything is built, `assemble` and `verify` afterwards.
"""

import hashlib
import json
import re
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INTEGRATION = ROOT / "custom_components" / "my_electrical_data"
ZIP = "my_electrical_data.zip"
IMAGES_NAMED_IN = (
    "app/Dockerfile",
    "docker-compose.services.yml",
    "deploy/kubernetes/gateway.yaml",
    "deploy/podman/gateway.container",
    "docs/running.md",
    "docs/running.fr.md",
)
_REGISTRY = "ghcr.io/myelectricaldata/my_electrical_data"


class ReleaseError(Exception):
    """Why this cannot be released, in words."""


def read_versions() -> dict[str, str]:
    """Return the version that each file states, by the file's name."""
    versions = {
        "custom_components/my_electrical_data/manifest.json": json.loads((INTEGRATION / "manifest.json").read_text())[
            "version"
        ],
        "server/pyproject.toml": tomllib.loads((ROOT / "server/pyproject.toml").read_text())["project"]["version"],
        "web/package.json": json.loads((ROOT / "web/package.json").read_text())["version"],
        "app/config.yaml": _find('^version: "(.+)"$', "app/config.yaml"),
    }
    for name in IMAGES_NAMED_IN:
        tags = sorted(set(re.findall(rf"{_REGISTRY}-\w+:([\w.]+)", (ROOT / name).read_text())))
        versions[name] = ", ".join(tags) or "none"
    return versions


def check_versions(tag: str | None) -> str:
    """Return the version that all files state. Raises ReleaseError when they differ, or differ from the tag."""
    versions = read_versions()
    if len(set(versions.values())) != 1:
        raise ReleaseError(
            "Versions differ:\n" + "\n".join(f"  {version}  {name}" for name, version in versions.items())
        )
    [version] = set(versions.values())
    if tag is not None and tag != f"v{version}":
        raise ReleaseError(f"The tag is {tag}, but the files state version {version}: it must be v{version}.")
    return version


def read_notes(section: str) -> str:
    """Return what CHANGELOG.md says of a version. Raises ReleaseError when it says nothing."""
    parts = re.split(r"^## \[(.+?)\].*$", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    notes = dict(zip(parts[1::2], parts[2::2], strict=True)).get(section, "").strip()
    if not notes:
        raise ReleaseError(f"CHANGELOG.md has no section [{section}], or it is empty.")
    return notes + "\n"


def assemble(out: Path, section: str) -> None:
    """Write the notes and the integration's zip, whose root is the content of its folder, as hacs.json promises."""
    (out / "notes.md").write_text(read_notes(section))
    with zipfile.ZipFile(out / ZIP, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(INTEGRATION.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                # one date for all, so that the same files make the same zip
                entry = zipfile.ZipInfo(file.relative_to(INTEGRATION).as_posix(), date_time=(1980, 1, 1, 0, 0, 0))
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)


def verify(out: Path, version: str) -> None:
    """Look into what was built, and write its checksums. Raises ReleaseError when a part is missing."""
    with zipfile.ZipFile(out / ZIP) as archive:
        names = set(archive.namelist())
        _require({"manifest.json", "__init__.py", "translations/fr.json", "frontend/cards.js"}, names, ZIP)
        if json.loads(archive.read("manifest.json"))["version"] != version:
            raise ReleaseError(f"{ZIP} has another version than {version}.")
    wheel = out / f"gateway-{version}-py3-none-any.whl"
    if not wheel.is_file():
        raise ReleaseError(f"{wheel.name} was not built.")
    with zipfile.ZipFile(wheel) as archive:
        _require(
            {"gateway/front_end/dist/index.html", "gateway/migrations/env.py"}, set(archive.namelist()), wheel.name
        )
    files = sorted(file for file in out.iterdir() if file.name not in {"SHA256SUMS", "notes.md"})
    for file in files:
        if file.suffix == ".json" and json.loads(file.read_text()).get("bomFormat") != "CycloneDX":
            raise ReleaseError(f"{file.name} is no bill of materials.")
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (out / "SHA256SUMS").write_text("".join(sums))


def _require(wanted: set[str], names: set[str], where: str) -> None:
    if missing := sorted(wanted - names):
        raise ReleaseError(f"{where} lacks {', '.join(missing)}.")


def _find(pattern: str, name: str) -> str:
    found = re.search(pattern, (ROOT / name).read_text(), re.MULTILINE)
    return found[1] if found else "none"


def main(step: str, *arguments: str) -> None:
    """Do one step: `check [TAG]` prints the version, `assemble OUT SECTION`, `verify OUT VERSION`."""
    steps: dict[str, Callable[[], None]] = {
        "check": lambda: print(check_versions(arguments[0] if arguments else None)),
        "assemble": lambda: assemble(Path(arguments[0]), arguments[1]),
        "verify": lambda: verify(Path(arguments[0]), arguments[1]),
    }
    try:
        steps[step]()
    except ReleaseError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
