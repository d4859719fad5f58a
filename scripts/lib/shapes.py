"""Texts complete in both languages, and manifests as Home Assistant, hassfest and HACS want them: says what is not."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from scripts.lib.app import check_app
from scripts.lib.words import load_texts

ROOT = Path(__file__).resolve().parents[2]
INTEGRATION = ROOT / "custom_components" / "my_electrical_data"
LANGUAGES = sorted(file.stem for file in (INTEGRATION / "translations").glob("*.json"))

type Texts = dict[str, str]

MANIFEST_NEEDS = ("codeowners", "documentation", "integration_type", "iot_class", "issue_tracker", "version")
IOT_CLASSES = ("assumed_state", "calculated", "cloud_polling", "cloud_push", "local_polling", "local_push")
HACS_MAY = {
    "name",
    "content_in_root",
    "country",
    "filename",
    "hacs",
    "hide_default_branch",
    "homeassistant",
    "persistent_directory",
    "render_readme",
    "zip_release",
}
FORBIDDEN = {
    "a URL (use a placeholder)": re.compile(r"https?://"),
    "HTML": re.compile(r"</?[a-z][^>]*>"),
    "a placeholder in single quotes": re.compile(r"'\{\w+\}'"),
    "a space at an end": re.compile(r"^\s|\s$"),
}
FRENCH_TEXTS = (
    "app/translations/fr.yaml",
    "blueprints/automation/*/*_fr.yaml",
    "custom_components/*/translations/fr.json",
    "scripts/texts/fr.json",
    "server/gateway/pages/texts/fr.json",
)
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")


def main() -> int:
    """Print what is wrong, a line each. The exit status."""
    checks: list[Callable[[], Iterator[str]]] = [
        check_translations,
        check_descriptions,
        check_states,
        check_issues,
        check_manifest,
        check_hacs,
        check_scripts,
        check_french_spaces,
        check_app,
    ]
    found = [problem for check in checks for problem in check()]
    print("\n".join(found) or "Texts and manifests are as they should be.")
    return bool(found)


def check_translations() -> Iterator[str]:
    """All languages have the same keys and placeholders, and nothing that hassfest refuses."""
    texts = {language: _flatten(_load_translation(language)) for language in LANGUAGES}
    yield from _same_keys("translations", texts)
    for language, known in texts.items():
        for key, text in known.items():
            where = f"translations/{language}.json: {key}"
            if not text.strip():
                yield f"{where} is empty"
            yield from (f"{where} holds {what}" for what, pattern in FORBIDDEN.items() if pattern.search(text))
            other = texts["en"].get(key, text)
            if _list_placeholders(text) != _list_placeholders(other):
                yield f"{where} has other placeholders than English: {sorted(_list_placeholders(text))}"


def check_descriptions() -> Iterator[str]:
    """Each field of a form has its words, and none that is not a field."""
    for path, node in _iterate_nodes(_load_translation("en")):
        if "data_description" in node and set(node["data_description"]) != set(node.get("data", {})):
            yield f"translations: {path}: data and data_description differ in their fields"


def check_states() -> Iterator[str]:
    """States and keys of entities are slugs, and states are fixed words."""
    for path, node in _iterate_nodes(_load_translation("en").get("entity", {})):
        if path.count(".") == 1:
            yield from _not_slug(f"translations: entity.{path}", path.rpartition(".")[2])
        for state, text in node.get("state", {}).items():
            yield from _not_slug(f"translations: entity.{path}.state", state)
            if _list_placeholders(text):
                yield f"translations: entity.{path}.state.{state} holds a placeholder"


def check_issues() -> Iterator[str]:
    """A repair has a title, and either a description or steps."""
    for key, issue in _load_translation("en").get("issues", {}).items():
        if "title" not in issue or ("description" in issue) == ("fix_flow" in issue):
            yield f"translations: issues.{key} needs a title, and a description or a fix_flow"


def check_manifest() -> Iterator[str]:
    """The manifest is whole and in hassfest's order, in the one folder of custom_components."""
    content = _load_json(INTEGRATION / "manifest.json")
    keys = list(content)
    if keys != ["domain", "name", *sorted(keys[2:])]:
        yield "manifest.json: keys are not domain, name, then in alphabetical order"
    yield from (f"manifest.json: {key} is missing" for key in MANIFEST_NEEDS if not content.get(key))
    if content["domain"] != INTEGRATION.name:
        yield f"manifest.json: domain is not {INTEGRATION.name}"
    if not content.get("documentation", "").startswith("https://"):
        yield "manifest.json: documentation is not an https address"
    if content.get("iot_class") not in IOT_CLASSES:
        yield f"manifest.json: iot_class is none of {', '.join(IOT_CLASSES)}"
    folders = [item.name for item in INTEGRATION.parent.iterdir() if item.is_dir() and item.name != "__pycache__"]
    if folders != [INTEGRATION.name]:
        yield f"custom_components: HACS wants one folder, not {sorted(folders)}"
    if not (INTEGRATION / "brand" / "icon.png").is_file():
        yield "brand/icon.png is missing"


def check_hacs() -> Iterator[str]:
    """hacs.json has a name, a file to fetch, nothing unknown to HACS, and the blueprints' oldest Home Assistant."""
    content = _load_json(ROOT / "hacs.json")
    yield from (f"hacs.json: {key} is unknown to HACS" for key in sorted(set(content) - HACS_MAY))
    if not content.get("name"):
        yield "hacs.json: name is missing"
    if content.get("zip_release") and not content.get("filename"):
        yield "hacs.json: zip_release needs a filename"
    oldest = f"min_version: {content.get('homeassistant')}\n"
    for blueprint in sorted((ROOT / "blueprints").rglob("*.yaml")):
        if oldest not in blueprint.read_text():
            yield f"{blueprint.relative_to(ROOT)}: another oldest Home Assistant than hacs.json's"


def check_scripts() -> Iterator[str]:
    """The scripts and the demo have every text in every language."""
    yield from _same_keys("the scripts' texts", load_texts())


def check_french_spaces() -> Iterator[str]:
    """French texts have U+00A0 before : ; ? ! » and after «, as Home Assistant's: no line breaks there.

    The front end puts it in itself. Documents keep a plain space.
    """
    for file in sorted(file for pattern in FRENCH_TEXTS for file in ROOT.glob(pattern)):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            for found in re.finditer(r"\S+ [:;?!»](?=[\s\"'.,)*\\]|$)|« \S+", line):
                yield f"{file.relative_to(ROOT)}:{number}: {found.group()!r}: a plain space where French has U+00A0"


def _same_keys(what: str, texts: dict[str, Texts]) -> Iterator[str]:
    everything = set().union(*texts.values())
    for language, known in texts.items():
        yield from (f"{what}: {key} is missing in {language}" for key in sorted(everything - set(known)))


def _load_translation(language: str) -> dict[str, Any]:
    return _load_json(INTEGRATION / "translations" / f"{language}.json")


def _load_json(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text())
    return content


def _flatten(node: dict[str, Any], path: str = "") -> Texts:
    texts: Texts = {}
    for key, value in node.items():
        where = f"{path}.{key}" if path else key
        texts |= _flatten(value, where) if isinstance(value, dict) else {where: value}
    return texts


def _iterate_nodes(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for key, value in node.items():
        if isinstance(value, dict):
            where = f"{path}.{key}" if path else key
            yield where, value
            yield from _iterate_nodes(value, where)


def _list_placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def _not_slug(where: str, key: str) -> Iterator[str]:
    if not SLUG.fullmatch(key):
        yield f"{where}: {key} is not of [a-z0-9_-]"


if __name__ == "__main__":
    sys.exit(main())
