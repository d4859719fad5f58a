"""Routes that do more than read a request, call a service and write a response: `python -m scripts.lib.routes`."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.lib.home_assistant import ROOT

ROUTES = ("*routes.py", "pages.py")
DATABASE = {"sqlalchemy", "gateway.kit.database"}


def _iterate_faults(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                modules = {name.name for name in names}
            case ast.ImportFrom(module=str(module), names=names):
                modules = {module, *(f"{module}.{name.name}" for name in names)}
            case ast.AsyncWith():
                yield node.lineno, "transactions, locks and clients are a service's: call one"
                continue
            case _:
                continue
        for name in modules:
            if name.split(".")[0] in DATABASE or name in DATABASE or name.rpartition(".")[2] == "repository":
                yield node.lineno, f"a route does not import {name}: statements are a repository's, called by a service"


def find_faults(file: Path) -> list[str]:
    """What a module of routes does that is not its own, with its place."""
    place = file.relative_to(ROOT)
    return [f"{place}:{line}: {fault}" for line, fault in _iterate_faults(ast.parse(file.read_text()))]


def main() -> int:
    """Print what to move into services; 1 if there is anything."""
    files = [file for name in ROUTES for file in sorted((ROOT / "server" / "gateway").rglob(name))]
    found = [fault for file in files for fault in find_faults(file)]
    print("\n".join(found) or f"{len(files)} modules of routes hold no statement and open no transaction.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
