"""What the scripts and the demo say, from the files that say.sh reads too: `scripts/texts/LANGUAGE.json`."""

import json
import os

from scripts.lib.home_assistant import ROOT

TEXTS = ROOT / "scripts" / "texts"


def load_texts() -> dict[str, dict[str, str]]:
    """Return the texts of every language that has a file."""
    return {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(TEXTS.glob("*.json"))}


WORDS = {
    language: {key.removeprefix("demo_"): text for key, text in texts.items() if key.startswith("demo_")}
    for language, texts in load_texts().items()
}
"""What the demo says and shows, by language."""


def choose_language() -> str:
    """Return the language that the environment asks for; English where it has no file."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    name = locale.replace(".", "_").replace("@", "_").split("_")[0]
    return name if name in WORDS else "en"
