"""Documents: decisions are whole, the files that they name exist, and French pages are in step with the English ones.

`python -m scripts.lib.documents` lists what is not so.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.lib.home_assistant import ROOT

DECISIONS = ROOT / "docs" / "decisions"
SECTIONS = ["Decision", "Alternatives", "Consequences"]
HEAD = re.compile(
    r"# (?P<number>\d+)\. (?P<title>.+)\n\nStatus: (?P<status>accepted\b[^#]*? · 20\d\d-\d\d-\d\d\b[^#]*?)\n\n"
)
ROW = re.compile(r"\| (?P<number>\d+) \| \[(?P<title>[^]]+)\]\((?P<file>[^)]+)\) \| (?P<status>.+) \|")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
NAMED_FILE = re.compile(r"`([\w./-]+\.(?:py|ts|svelte|mjs|csv|toml))`")
CODE_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def main() -> int:
    """Print what is not so; 1 if there is anything."""
    files = list_files()
    decisions = sorted(DECISIONS.glob("0*.md"))
    index = load_index()
    faults = [f"{file.name} {fault}" for file in decisions for fault in list_faults(file, index.get(file.name))]
    faults += [f"decisions/README.md: {name} is not there" for name in index.keys() - {file.name for file in decisions}]
    for document in [*decisions, ROOT / "docs" / "architecture.md", ROOT / "CONTRIBUTING.md"]:
        faults += [
            f"{document.relative_to(ROOT)} names {name}, which is not there"
            for name in NAMED_FILE.findall(document.read_text("utf-8"))
            if not any(f"/{file}".endswith(f"/{name}") for file in files)
        ]
    for french in [ROOT / name for name in files if name.endswith(".fr.md")]:
        faults += [f"{french.relative_to(ROOT)} {fault}" for fault in list_differences(french)]
    print("\n".join(faults) or "Decisions are whole, and documents name what exists, in both languages.")
    return bool(faults)


def list_files() -> list[str]:
    """Return the files that are under version control, or about to be, by their paths."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()


def load_index() -> dict[str, re.Match[str]]:
    """Return the rows of the decisions' index by the name of their file."""
    lines = (DECISIONS / "README.md").read_text("utf-8").splitlines()
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
    sections = [name for name in re.findall(r"^## (.+)", text, re.MULTILINE) if name in SECTIONS]
    if sections != SECTIONS:
        yield f"has the sections {', '.join(sections)} instead of {', '.join(SECTIONS)}"
    links = LINK.findall(text)
    if not links:
        yield "has no link: name the file or the decision that it is about"
    yield from (f"links to {link}, which is not there" for link in links if not (DECISIONS / link).exists())


def list_differences(french: Path) -> Iterator[str]:
    """Yield in what a French page differs from the English one, apart from its words."""
    english = french.with_name(french.name.replace(".fr.md", ".md"))
    if not english.exists():
        yield "has no page in English"
        return
    ours, theirs = describe_layout(french), describe_layout(english)
    yield from (
        f"has {ours[part]} as its {part}, the English page {theirs[part]}"
        for part in ours
        if ours[part] != theirs[part]
    )


def describe_layout(page: Path) -> dict[str, list[int]]:
    """Return what both languages have alike: levels of headings, cells of tables, items, pictures, lines of code."""
    text = page.read_text("utf-8")
    prose = CODE_BLOCK.sub("", text)
    return {
        "headings": [len(level) for level in re.findall(r"^(#+) ", prose, re.MULTILINE)],
        "cells of tables": [line.count("|") for line in prose.splitlines() if line.startswith("|")],
        "items of lists": [len(re.findall(r"^ *(?:-|\d+\.) ", prose, re.MULTILINE))],
        "pictures": [prose.count("![")],
        "lines of code": [block.count("\n") for block in CODE_BLOCK.findall(text)],
    }


if __name__ == "__main__":
    sys.exit(main())
