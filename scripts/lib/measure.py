"""Numbers about names and rooms: `python -m scripts.lib.measure`.

Functions, methods and properties named by one word, those whose name begins with a participle, class names that two
rooms of the gateway have, and rooms that import each other in a circle.
"""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from scripts.lib.home_assistant import ROOT
from scripts.lib.names import CODE, list_shared_classes

GATEWAY = ROOT / "server" / "gateway"
_PARTICIPLE = re.compile(
    r"[a-z]{2,}(?:ed|ing)|begun|chosen|drawn|given|gone|heard|held|kept|known|lost|made|read_by|"
    r"said|seen|sent|shown|sold|stood|taken|told|written"
)
_VERBS = {"embed", "feed", "need", "seed", "speed", "shed", "string", "ring", "bring", "ping", "sibling"}


def _list_functions(folder: Path) -> Iterator[str]:
    """The names of functions, methods and properties; tests are sentences, and left out."""
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith(("__", "test_")):
                yield node.name.strip("_")


def _print_names(what: str, names: list[str]) -> None:
    one_word = [name for name in names if "_" not in name]
    participles = [name for name in names if _PARTICIPLE.fullmatch(first := name.split("_")[0]) and first not in _VERBS]
    print(f"{what}: {len(names)} functions, methods and properties")
    print(f"  named by one word: {len(one_word)} ({len(one_word) / len(names):.0%})")
    print(f"  begin with a participle: {len(participles)} ({len(participles) / len(names):.1%})")


def _collect_imports() -> dict[str, set[str]]:
    """The rooms that each room imports."""
    found: dict[str, set[str]] = {}
    for file in GATEWAY.rglob("*.py"):
        room = _get_room(file)
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("gateway"):
                continue
            parts = (node.module or "").split(".")
            rooms = [parts[1]] if len(parts) > 1 else [name.name for name in node.names]
            found.setdefault(room, set()).update(other for other in rooms if other != room)
    return found


def _get_room(file: Path) -> str:
    return file.relative_to(GATEWAY).parts[0].removesuffix(".py")


def _find_cycle() -> list[str]:
    try:
        TopologicalSorter(_collect_imports()).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


def main() -> None:
    """Print the numbers."""
    for folder in CODE:
        _print_names(folder, list(_list_functions(ROOT / folder)))
    print(f"class names in two rooms: {len(list(list_shared_classes()))}")
    print(f"rooms in a circle: {' -> '.join(_find_cycle()) or 'none'}")


if __name__ == "__main__":
    main()
