"""What the scripts and the demo say comes from one file for each language: shown with a language that nobody speaks."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.lib.home_assistant import ROOT
from scripts.lib.words import load_texts

ENGLISH = load_texts()["en"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the scripts with one more file of texts, and nothing else."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    lines = [f"  {json.dumps(key)}: {json.dumps(f'⟦{text}⟧', ensure_ascii=False)}" for key, text in ENGLISH.items()]
    (tmp_path / "scripts/texts/xx.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    return tmp_path


def run_in(checkout: Path, *command: str, locale: str) -> str:
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": locale}
    return subprocess.run(
        command, cwd=checkout, env=environment, capture_output=True, text=True, encoding="utf-8", check=True
    ).stdout


def say_all(checkout: Path, locale: str) -> list[str]:
    """Everything that the shell scripts can say, with their arguments filled in."""
    keys = [key for key in ENGLISH if not key.startswith("demo_")]
    say = f'. scripts/lib/say.sh; for key in {" ".join(keys)}; do text "$key" one two; printf "\\0"; done'
    return run_in(checkout, "bash", "-c", say, locale=locale).removesuffix("\0").split("\0")


@pytest.mark.parametrize("locale", ["xx", "xx_YY.UTF-8", "xx@euro"])
def test_the_shell_scripts_speak_it(checkout: Path, locale: str) -> None:
    said = say_all(checkout, locale)
    assert said
    assert [text for text in said if not (text.strip().startswith("⟦") and text.strip().endswith("⟧"))] == []
    assert not any("{1}" in text for text in said)


def test_where_there_is_no_file_they_speak_english(checkout: Path) -> None:
    assert say_all(checkout, "tlh_QO.UTF-8") == say_all(checkout, "en_GB.UTF-8")


def test_the_demo_speaks_it(checkout: Path) -> None:
    script = "import json; from scripts.lib.words import *; print(json.dumps(WORDS[choose_language()]))"
    words = json.loads(run_in(checkout, sys.executable, "-c", script, locale="xx_YY.UTF-8"))
    assert words == {key.removeprefix("demo_"): f"⟦{text}⟧" for key, text in ENGLISH.items() if key.startswith("demo_")}
