"""Off-peak hours as people and Enedis write them: `HC (1H28-6H58;13H58-16H28)`, `22h30 à 6h30 et 13h-15h`.

All of a text must be understood, or nothing is: what is left over may change what the rest means.
"""

import re
import unicodedata
from itertools import pairwise

from pydantic import ValidationError

from gateway.tariffs.off_peak import OffPeakPeriod, Season

_HC = r"(?:h\.?c\.?|(?:heures?\s+)?creuses?)"
_TIME = re.compile(
    r"(?<![\d.])(\d{1,2})\s*"
    r"(?:(?:h(?:eures?|rs?)?|:)(?:\s*(\d{2})(?!\s*h)(?::00)?(?:\s*mi?n\b)?)?|\.(\d{2}))"
    r"(?![\d.:]*\d)"
)
_OPENING = re.compile(rf"{_HC}?[\s:=,]*[(\[]?\s*(?:de\s|from\s)?\s*")
_CLOSING = re.compile(r"[\s)\];,.]*")
_RANGE = re.compile(r"\s*(?:-+>?|=>|/|>|a|jusqu'a|to|until)\s*")
_LIST = re.compile(rf"\s*[)\]]?\s*(?:[;,+/&]|et(?:\sde)?|and|puis)?\s*(?:{_HC}[\s:=]*)?[(\[]?\s*(?:de\s|from\s)?\s*")
_BETWEEN = re.compile(rf"\b(?:entre|between)\s+({_TIME.pattern})\s+(?:et|and)\s+(?={_TIME.pattern})")
_SEASONS = re.compile(r"\b(ete|summer|hiver|winter)\b\s*:?")
_SEASON = {"ete": Season.SUMMER, "summer": Season.SUMMER, "hiver": Season.WINTER, "winter": Season.WINTER}
_WORDS = {
    r"minuit|midnight": "24h00",
    r"(?<!apres-)midi|noon": "12h00",
    r"tous les jours|toutes les nuits|chaque (?:jour|nuit)|every (?:day|night)|7\s*j(?:ours)?\s*/\s*7": "",
}
"""What has another spelling, or says nothing that would not hold without it."""

type _Slots = tuple[tuple[str, str], ...]


def parse_off_peak(text: str) -> list[OffPeakPeriod] | None:
    """Return the periods that a text means, source Enedis, valid always; None when it cannot be read for certain."""
    parts = _parse_seasons(_normalize_text(text))
    slots = [(season, _parse_slots(part)) for season, part in parts or []]
    if not slots or not all(found for _, found in slots):
        return None
    try:
        return [
            OffPeakPeriod.model_validate({"season": season, "slots": found, "source": "enedis"})
            for season, found in slots
        ]
    except ValidationError:
        return None


def _normalize_text(text: str) -> str:
    """Write without accents, in lower case, with one kind of dash and of apostrophe."""
    decomposed = unicodedata.normalize("NFKD", text.strip().lower())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    plain = re.sub("[\u2010-\u2015\u2212\u2192]", "-", plain).replace("\u2019", "'")
    for words, meant in _WORDS.items():
        plain = re.sub(rf"\b(?:{words})(?!\w)", meant, plain)
    return _BETWEEN.sub(r"\1-", " ".join(plain.split()))


def _parse_seasons(text: str) -> list[tuple[Season, str]] | None:
    """Cut a text into its two seasons, when it names both and begins with one."""
    found = list(_SEASONS.finditer(text))
    if not found:
        return [(Season.ALL, text)]
    names = [_SEASON[match[1]] for match in found]
    if sorted(names) != [Season.SUMMER, Season.WINTER] or not _OPENING.fullmatch(text[: found[0].start()]):
        return None
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [(name, text[match.end() : end].strip(" ;,+/")) for name, match, end in zip(names, found, ends, strict=True)]


def _parse_slots(text: str) -> _Slots | None:
    times = list(_TIME.finditer(text))
    if not times or len(times) % 2:
        return None
    around = (_OPENING, text[: times[0].start()]), (_CLOSING, text[times[-1].end() :])
    between = [
        (_LIST if number % 2 else _RANGE, text[left.end() : right.start()])
        for number, (left, right) in enumerate(pairwise(times))
    ]
    if not all(form.fullmatch(words) for form, words in (*around, *between)):
        return None
    clocks = [_format_clock(match) for match in times]
    # midnight has two names; each is meant by its place
    starts = ["00:00" if clock == "24:00" else clock for clock in clocks[::2]]
    ends = ["24:00" if clock == "00:00" else clock for clock in clocks[1::2]]
    return tuple(zip(starts, ends, strict=True))


def _format_clock(match: re.Match[str]) -> str:
    return f"{int(match[1]):02}:{match[2] or match[3] or '00'}"
