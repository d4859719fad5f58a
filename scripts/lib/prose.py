"""English that must not come back in docs and texts: `python -m scripts.lib.prose` lists it (decision 80)."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.lib.home_assistant import ROOT

TEXTS = (
    "custom_components/my_electrical_data/translations/en.json",
    "scripts/texts/en.json",
    "server/gateway/pages/texts/en.json",
    "server/openapi.json",
)
# What a native engineer would not write, and what they would.
PHRASES = {
    r"\bafresh\b": "again, from the beginning",
    r"\bask(s|ed|ing)? (it|them|Enedis|RTE) anew\b": "again",
    r"\bbe mended\b|\bmend it\b|\bhow to mend\b": "fix",
    r"\bby itself\b(?! it)": "automatically",
    r"\bfor ever\b": "forever",
    r"\bin vain\b": "without result",
    r"\bis had\b|\bto be had\b": "available",
    r"\bmeanwhile\b(?=[,.]? (it|they|who))": "in the meantime, or leave it out",
    r"\bof late\b": "recently",
    r"\bso that it lasts\b|\bshould last\b": "the requested duration",
    r"\bstands? in the way\b": "prevents",
    r"\bthe one\b[^.]{1,40}, the other\b": "name both",
    r"\bto come by\b": "available",
    r"\bwants? to be\b": "must be",
    r"\bwhat becomes of\b": "keep or delete",
    r"\bwhoever\b": "anyone who, the person who, or name them",
    r"\bwhosoever\b|\bwherefrom\b|\bwhereof\b|\bthereof\b|\bthereby\b|\bhitherto\b": "plain words",
    r"\b(\w+) \1\b(?<!had had)(?<!that that)": "the word once",
}
SKIPPED = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)]*\)|<!--.*?-->", re.DOTALL)


def strip_code(text: str) -> str:
    """Replace code, links and comments by spaces, so that line numbers stay."""
    return SKIPPED.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def iterate_strings(value: object) -> Iterator[str]:
    """Yield every text of a JSON document."""
    match value:
        case str():
            yield value
        case dict():
            for member in value.values():
                yield from iterate_strings(member)
        case _:
            pass


def list_front_end_texts() -> list[Path]:
    """Return the modules that hold the front end's texts, in both languages."""
    folder = ROOT / "web" / "src"
    return sorted([*folder.rglob("*texts.ts"), *(folder / "i18n").glob("*.ts")])


def list_documents() -> list[Path]:
    """Return the English Markdown documents that are under version control, or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    return [ROOT / name for name in names if not name.endswith(".fr.md")]


def list_faults(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield what to reword: its line, the words, and what to write instead."""
    for pattern, better in PHRASES.items():
        for found in re.finditer(pattern, text, re.IGNORECASE):
            yield text.count("\n", 0, found.start()) + 1, found.group(), better


def main() -> int:
    """Print what to reword; 1 if there is anything."""
    faults = [
        f"{file.relative_to(ROOT)}:{line}: {words!r}: write {better}"
        for file in list_documents()
        for line, words, better in list_faults(strip_code(file.read_text("utf-8")))
    ]
    faults += [
        f"{file.relative_to(ROOT)}:{line}: {words!r}: write {better}"
        for file in list_front_end_texts()
        for line, words, better in list_faults(file.read_text("utf-8"))
    ]
    faults += [
        f"{name}: {words!r} in {text!r}: write {better}"
        for name in TEXTS
        for text in iterate_strings(json.loads((ROOT / name).read_text("utf-8")))
        for _, words, better in list_faults(text)
    ]
    print("\n".join(faults) or "No phrase that must not come back.")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
