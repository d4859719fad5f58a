"""Names that must not come back: `python -m scripts.lib.names` lists those that are there, in code and in tests."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.lib.home_assistant import ROOT

CODE = ("server/gateway", "custom_components", "scripts", "tests")

# A part of any name: metaphors, where the field has a word.
METAPHORS = {
    "automating": "automation",
    "belongings": "account data",
    "carrier": "mail sender",
    "door": "address",
    "doors": "addresses",
    "errand": "request",
    "happenings": "events",
    "haste": "priority",
    "keeping": "backup",
    "kitchen": "service",
    "knock": "hit",
    "leaving": "shutdown",
    "outlast": "retry",
    "parcel": "payload",
    "postman": "outbox worker",
    "readymade": "response cache",
    "rhythm": "call budget",
    "stray": "mismatch",
    "strayed": "mismatch",
    "thrift": "budget",
    "trouble": "problem",
    "troubles": "problems",
    "wish": "request",
    "wished": "requested",
    "wishes": "requests",
}
# Whole names of functions: a function is named by a verb and its object.
FUNCTIONS = {
    "come_back": "handle_callback",
    "fill": "fetch_missing",
    "keep": "refresh_… or fetch_due_…, by what the job does",
    "lacks": "find_missing",
    "ledger": "load_entries",
    "letters": "encode_…",
    "set_out": "start_authorization",
    "settle": "fill_from_daily_values",
    "told_apart": "translate_database_errors",
    "wish": "request_…",
    "worst": "find_worst_…",
}
# A participle alone says neither what is done nor to what. Names that begin with one and go on are nouns
# (`buffered_bytes`), for properties.
IRREGULAR = re.compile(
    "begun|broken|brought|built|caught|chosen|done|drawn|driven|fallen|found|given|gone|grown|heard|held|hidden|kept|known"
    "|left|lost|made|met|paid|said|seen|sent|shown|sold|spent|stood|struck|taken|thought|told|understood|won|written"
)
PARTICIPLES_ALLOWED = {
    "embed": "a verb",
    "feed": "a noun",
    "need": "a verb",
    "proceed": "a verb",
    "seed": "a noun",
}


def is_participle(name: str) -> bool:
    """Tell whether a name is a participle and nothing else."""
    word = name.strip("_")
    return word not in PARTICIPLES_ALLOWED and (
        bool(IRREGULAR.fullmatch(word)) or (word.isalpha() and word.endswith("ed"))
    )


def split_words(name: str) -> list[str]:
    """The words of a name in snake case or camel case, in lower case."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def iterate_names(tree: ast.AST) -> Iterator[tuple[int, str, bool]]:
    """The names that a module gives: line, name, and whether it is a function's."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.lineno, node.name, True
            case ast.ClassDef():
                yield node.lineno, node.name, False
            case ast.arg():
                yield node.lineno, node.arg, False
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id, False
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr, False
            case _:
                pass


def list_faults(file: Path) -> Iterator[str]:
    """What to rename in a file, with its place."""
    place = file.relative_to(ROOT)
    for word in {*split_words(file.stem)} & METAPHORS.keys():
        yield f"{place}: {file.name}: say {METAPHORS[word]!r} instead of {word!r}"
    for line, name, is_function in iterate_names(ast.parse(file.read_text())):
        for word in {*split_words(name)} & METAPHORS.keys():
            yield f"{place}:{line}: {name}: say {METAPHORS[word]!r} instead of {word!r}"
        if is_function and (better := FUNCTIONS.get(name.lstrip("_"))):
            yield f"{place}:{line}: {name}: a function is verb and object, such as {better}"
        if is_function and is_participle(name):
            yield f"{place}:{line}: {name}: a participle alone is no name: say verb and object, or is_{name.strip('_')}"


def list_shared_classes() -> Iterator[str]:
    """Public classes and types of the gateway that two rooms define under one name.

    The simulator is written for itself, as Enedis and RTE are.
    """
    gateway = ROOT / "server" / "gateway"
    places: dict[str, set[Path]] = {}
    for file in sorted(gateway.rglob("*.py")):
        place = file.relative_to(gateway)
        if place.parts[0] == "simulator":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.ClassDef(name=name) | ast.TypeAlias(name=ast.Name(id=name)) if not name.startswith("_"):
                    places.setdefault(name, set()).add(place)
                case _:
                    pass
    for name, found in sorted(places.items()):
        if len({place.parts[0] for place in found}) > 1:
            yield f"{name}: one name for two things: {', '.join(map(str, sorted(found)))}"


def _is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def list_private_names_in_tests() -> Iterator[str]:
    """What tests import or replace of product code that is private to its module."""
    for file in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.ImportFrom(module=str(module), names=names) if module.startswith(
                    ("gateway", "custom_components")
                ):
                    private = [name.name for name in names if _is_private(name.name)]
                case ast.Call(func=ast.Attribute(attr="setattr"), args=[_, ast.Constant(value=str(name)), *_]):
                    private = [name] if any(map(_is_private, name.split("."))) else []
                case _:
                    continue
            for name in private:
                yield f"{file.relative_to(ROOT)}:{node.lineno}: {name}: private to its module; tests use what is public"


def main() -> int:
    """Print what to rename; 1 if there is anything."""
    files = [file for folder in CODE for file in sorted((ROOT / folder).rglob("*.py"))]
    found = [fault for file in files for fault in list_faults(file)]
    found += [*list_shared_classes(), *list_private_names_in_tests()]
    print("\n".join(found) or "No name that must not come back, and no class name in two rooms.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
