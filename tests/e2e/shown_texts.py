"""The texts that a page shows, and those of them that are in the wrong language."""

import json
import re
from typing import Any

from playwright.async_api import Locator

from scripts.lib.home_assistant import ROOT
from scripts.lib.stack import DOMAIN

_WORDS = {
    "en": (
        "the|and|your|you|with|of|is|are|not|this|from|will|have|has|was|today|tomorrow|days?|hours|week|month|year|add"
        "|save|show|next|previous|last|meter|gateway|device|choose|peak|price|bill|energy|blue|white|red|unknown|settings"
    ),
    "fr": (
        "le|la|les|des|du|et|est|une?|ce|cette|pas|avec|dans|pour|sur|par|votre|vous|aujourd|demain|jours?|heures?|semaine"
        "|mois|ann[ée]e|facture|prix|abonnement|compteur|passerelle|pleines|creuses|bleue?|blanc|blanche|rouge|inconnue?"
        "|jusqu|depuis|tendu|avant|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    ),
}
"""Words that only one of the languages has."""
_WORD = {language: re.compile(rf"\b({words})\b", re.IGNORECASE) for language, words in _WORDS.items()}
_OTHER = {"en": "fr", "fr": "en"}
_NOT_OURS = {"Show password", "Energy sources"}
"""What Home Assistant itself says in English to a screen reader in French."""
# What is seen, and what a screen reader says beside it; of the page that Home Assistant opens with, nothing.
_COLLECT = """roots => {
    const lines = [], hidden = ["STYLE", "SCRIPT", "CODE", "HA-CODE-EDITOR"];
    const isSeen = node => {
        const { display, visibility } = getComputedStyle(node);
        return display !== "none" && visibility !== "hidden" && !hidden.includes(node.tagName);
    };
    const walk = node => {
        if (node.nodeType === Node.TEXT_NODE) lines.push(node.data.trim());
        else if (node.nodeType === Node.DOCUMENT_FRAGMENT_NODE) node.childNodes.forEach(walk);
        else if (node.nodeType === Node.ELEMENT_NODE && node.id !== "ha-launch-screen" && isSeen(node)) {
            lines.push(...["aria-label", "placeholder"].map(name => node.getAttribute(name) ?? ""));
            if (node.shadowRoot) walk(node.shadowRoot);
            node.childNodes.forEach(walk);
        }
    };
    roots.forEach(walk);
    return lines.filter(Boolean);
}"""


def load_texts(language: str) -> dict[str, str]:
    """Return the integration's texts by their path, such as `config.step.user.title`."""

    def flatten(path: str, node: Any) -> dict[str, str]:
        if isinstance(node, str):
            return {path: node}
        return {key: text for name, below in node.items() for key, text in flatten(f"{path}.{name}", below).items()}

    file = ROOT / "custom_components" / DOMAIN / "translations" / f"{language}.json"
    return {path.removeprefix("."): text for path, text in flatten("", json.loads(file.read_text())).items()}


_OURS = {language: set(load_texts(language).values()) for language in _WORDS}


async def list_texts(elements: Locator) -> list[str]:
    """Return all texts that elements show, and what a screen reader says of them."""
    lines: list[str] = await elements.evaluate_all(_COLLECT)
    return lines


def find_foreign(lines: list[str], language: str) -> list[str]:
    """Return the lines that are one of the integration's texts in the other language, or have a word of it."""
    other = _OTHER[language]
    foreign = _OURS[other] - _OURS[language]
    return [line for line in lines if line not in _NOT_OURS and (line in foreign or _WORD[other].search(line))]
