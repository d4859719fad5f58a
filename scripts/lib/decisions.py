"""Decisions that are whole, and in their index: `python -m scripts.lib.decisions` lists what they lack."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.lib.home_assistant import ROOT

FOLDER = ROOT / "docs" / "decisions"
SECTIONS = ["Decision", "Alternatives", "Consequences"]
HEAD = re.compile(
    r"# (?P<number>\d+)\. (?P<title>.+)\n\nStatus: (?P<status>accepted\b[^#]*? · 20\d\d-\d\d-\d\d\b[^#]*?)\n\n"
)
ROW = re.compile(r"\| (?P<number>\d+) \| \[(?P<title>[^]]+)\]\((?P<file>[^)]+)\) \| (?P<status>.+) \|")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def load_index() -> dict[str, re.Match[str]]:
    """Return the rows of the index by the name of their file."""
    lines = (FOLDER / "README.md").read_text("utf-8").splitlines()
    return {row["file"]: row for line in lines if (row := ROW.match(line))}


def list_faults(file: Path, row: re.Match[str] | None) -> Iterator[str]:
    """Yield what a decision lacks, or says otherwise than its row of the index."""
    text = file.read_text("utf-8")
    head = HEAD.match(text)
    if head is None:
        yield "does not begin with '# NUMBER. TITLE', then 'Status: accepted · DATE'"
    elif int(head["number"]) != int(file.name[:4]):
        yield f"is number {head['number']}"
    elif row is None:
        yield "is not in the index"
    else:
        yield from (
            f"has another {part} than the index, {row[part]!r}"
            for part in ("number", "title", "status")
            if " ".join(head[part].split()) != row[part]
        )
    sections = re.findall(r"^## (.+)", text, re.MULTILINE)
    yield from (f"has no section {name}" for name in SECTIONS if name not in sections)
    if [name for name in sections if name in SECTIONS] != [name for name in SECTIONS if name in sections]:
        yield f"has its sections in another order than {', '.join(SECTIONS)}"
    links = LINK.findall(text)
    if not links:
        yield "has no link: name the file or the decision that it is about"
    yield from (f"links to {link}, which is not there" for link in links if not (FOLDER / link).exists())


def main() -> int:
    """Print what decisions lack; 1 if there is anything."""
    index = load_index()
    files = sorted(FOLDER.glob("0*.md"))
    faults = [f"{file.name} {fault}" for file in files for fault in list_faults(file, index.get(file.name))]
    faults += [f"README.md: {name} is not there" for name in index.keys() - {file.name for file in files}]
    print("\n".join(faults) or "Each decision is whole, and in the index.")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
