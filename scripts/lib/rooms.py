"""Rooms of the gateway that the map does not show as they are: `python -m scripts.lib.rooms`.

The map is the diagram of docs/architecture.md. It must have the layers of `[tool.importlinter]` in the same order, and
these must have every package and module of `server/gateway`; the same holds for the rooms of `billing` and their text.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from scripts.lib.home_assistant import ROOT

MAP = ROOT / "docs" / "architecture.md"
SETTINGS = ROOT / "server" / "pyproject.toml"
GATEWAY = ROOT / "server" / "gateway"
LINE = re.compile(r'l\d+\["(?P<label>[^"]+)"\]')

type Layers = list[set[str]]


def load_layers(container: str) -> Layers:
    """Return the rooms of each layer of a package, from the top."""
    contracts = tomllib.loads(SETTINGS.read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    [layers] = [each["layers"] for each in contracts if each.get("containers") == [container]]
    return [set(re.findall(r"\w+", layer)) for layer in layers]


def parse_diagram(text: str) -> Layers:
    """Return the rooms of each line of the diagram, from the top; what a room is for stands behind its colon."""
    labels = [line["label"].partition("<br>")[0] for line in LINE.finditer(text)]
    return [{part.partition(":")[0].strip() for part in label.split(" · ")} for label in labels]


def list_rooms(package: Path) -> set[str]:
    """Return the packages and modules in a package."""
    folders = {file.parent.name for file in package.glob("*/__init__.py")}
    return folders | {file.stem for file in package.glob("*.py")} - {"__init__"}


def list_faults() -> Iterator[str]:
    """Yield how the map, the layers and the folders differ."""
    text = MAP.read_text("utf-8")
    layers, drawn = load_layers("gateway"), parse_diagram(text)
    if drawn != layers:
        wrong = [
            f"{sorted(one)} and {sorted(other)}" for one, other in zip(drawn, layers, strict=False) if one != other
        ]
        yield f"the diagram and the layers differ: {'; '.join(wrong) or 'one has more lines'}"
    for container, package in (("gateway", GATEWAY), ("gateway.billing", GATEWAY / "billing")):
        layered = set().union(*load_layers(container))
        if differing := sorted(list_rooms(package) ^ layered):
            yield f"in the layers of {container} or in its folder, but not in both: {', '.join(differing)}"
    [paragraph] = [each for each in text.split("\n\n") if each.startswith("`billing` is large")]
    named = set(re.findall(r"`(\w+)`", paragraph))
    if missing := sorted(list_rooms(GATEWAY / "billing") - named):
        yield f"the paragraph about billing does not name {', '.join(missing)}"


def main() -> int:
    """Print the differences; 1 if there are any."""
    found = list(list_faults())
    print("\n".join(found) or f"The map shows all {len(list_rooms(GATEWAY))} rooms.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
