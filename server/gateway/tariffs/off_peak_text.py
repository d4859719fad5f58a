"""Off-peak hours as people and Enedis write them: `HC (1H28-6H58;13H58-16H28)`, `22h30 à 6h30 et 13h-15h`,
`lundi-vendredi 22h-6h, week-end et jours fériés 0h-24h`, `été 3h-6h et 12h-16h, hiver 1h-6h`.

A text is parsed completely or not at all: an unknown rest may change the meaning of the other parts.
"""

import re
import unicodedata
from itertools import pairwise

from pydantic import ValidationError

from gateway.tariffs.off_peak import HolidayRule, OffPeakPeriod, OffPeakSeason

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
_SEASON = {
    "ete": OffPeakSeason.SUMMER,
    "summer": OffPeakSeason.SUMMER,
    "hiver": OffPeakSeason.WINTER,
    "winter": OffPeakSeason.WINTER,
}
_WORDS = {
    r"minuit|midnight": "24h00",
    r"(?<!apres-)midi|noon": "12h00",
    r"tous les jours|toutes les nuits|chaque (?:jour|nuit)|every (?:day|night)|7\s*j(?:ours)?\s*/\s*7": "",
}
"""Words with a replacement, and words that can be dropped without a change of meaning."""

_DAY_NAMES = (
    r"lun(?:dis?)?|mon(?:days?)?",
    r"mar(?:dis?)?|tue(?:s(?:days?)?)?",
    r"mer(?:credis?)?|wed(?:nesdays?)?",
    r"jeu(?:dis?)?|thu(?:rs(?:days?)?)?",
    r"ven(?:dredis?)?|fri(?:days?)?",
    r"sam(?:edis?)?|sat(?:urdays?)?",
    r"dim(?:anches?)?|sun(?:days?)?",
)
_HOLIDAY = 7
"""The number of public holidays, besides the weekdays 0 to 6."""
_DAY_GROUPS = {
    r"week-?\s?ends?|fins? de semaine": frozenset({5, 6}),
    r"jours? feries?|feries|(?:public|bank) holidays?|holidays?": frozenset({_HOLIDAY}),
    r"(?:en |la )?semaine|weekdays?|jours? ouvres?|working days?": frozenset(range(5)),
}
_DAY = "|".join(f"(?:{name})" for name in _DAY_NAMES)
_GROUP = "|".join(f"(?:{words})" for words in _DAY_GROUPS)
_BEFORE_DAY = r"(?:(?:le|les|du|de|on|from)\s)?"
_DAYS = re.compile(
    rf"{_BEFORE_DAY}\b(?P<names>(?:{_GROUP}|{_DAY})\b\.?"
    rf"(?:\s*(?:-|,|/|&|\+|\s|\bet\b|\band\b|\bau?\b|\bto\b)\s*{_BEFORE_DAY}(?:{_GROUP}|{_DAY})\b\.?)*)"
    rf"\s*:?"
)
_DAY_RANGE = re.compile(rf"\b({_DAY})\b\.?\s*(?:-|\bau?\b|\bto\b)\s*\b({_DAY})\b")
_DAY_CHAIN = re.compile(rf"(?:\b(?:{_DAY})\b\.?\s*(?:-|\bau?\b|\bto\b)\s*){{2}}\b(?:{_DAY})\b")
"""`lundi-mercredi-vendredi` is ambiguous: three days, or a range."""
_EVERY_DAY = frozenset(range(7))

type _Slots = tuple[tuple[str, str], ...]


def parse_off_peak(text: str) -> list[OffPeakPeriod] | None:
    """Return the periods in a text, with source `enedis` and without dates; None if it cannot be parsed for certain."""
    parts = [
        (season, days, _parse_slots(part))
        for season, of_season in _parse_seasons(_normalize_text(text)) or []
        for days, part in _parse_days(of_season) or [(_EVERY_DAY, "")]
    ]
    if not parts or not all(found for _, _, found in parts):
        return None
    seasons_with_holidays = {season for season, days, _ in parts if _HOLIDAY in days}
    try:
        return [
            OffPeakPeriod.model_validate(
                {"season": season, "weekdays": days - {_HOLIDAY}, "slots": found, "source": "enedis"}
                | ({"public_holidays": _get_holiday_rule(days)} if season in seasons_with_holidays else {})
            )
            for season, days, found in parts
        ]
    except ValidationError:
        return None


def _get_holiday_rule(days: frozenset[int]) -> HolidayRule:
    """Return the holiday rule of a group of days in a text that names public holidays."""
    return HolidayRule.INCLUDED if _HOLIDAY in days else HolidayRule.EXCLUDED


def _normalize_text(text: str) -> str:
    """Return a text in lower case without accents, with one kind of dash and apostrophe, and known words replaced."""
    decomposed = unicodedata.normalize("NFKD", text.strip().lower())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    plain = re.sub("[\u2010-\u2015\u2212\u2192]", "-", plain).replace("\u2019", "'")
    for words, meant in _WORDS.items():
        plain = re.sub(rf"\b(?:{words})(?!\w)", meant, plain)
    return _BETWEEN.sub(r"\1-", " ".join(plain.split()))


def _parse_seasons(text: str) -> list[tuple[OffPeakSeason, str]] | None:
    """Split a text into its seasons; None if it names seasons but not both, or does not begin with one."""
    found = list(_SEASONS.finditer(text))
    if not found:
        return [(OffPeakSeason.ALL, text)]
    names = [_SEASON[match[1]] for match in found]
    if sorted(names) != [OffPeakSeason.SUMMER, OffPeakSeason.WINTER] or not _OPENING.fullmatch(
        text[: found[0].start()]
    ):
        return None
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [(name, text[match.end() : end].strip(" ;,+/")) for name, match, end in zip(names, found, ends, strict=True)]


def _parse_days(text: str) -> list[tuple[frozenset[int], str]] | None:
    """Split a text into groups of days; None if unclear. Hours before the first named day are for all other days.

    `22h-6h, week-end 0h-24h`: 22:00 to 06:00 from Monday to Friday, the whole day on Saturday and Sunday.
    """
    found = list(_DAYS.finditer(text))
    if not found:
        return [(_EVERY_DAY, text)]
    ends = [match.start() for match in found[1:]] + [len(text)]
    named = [(_read_days(match), text[match.end() : end]) for match, end in zip(found, ends, strict=True)]
    days = [day for each, _ in named for day in each]
    others = _EVERY_DAY.difference(days)
    before = text[: found[0].start()]
    if len(days) != len(set(days)) or _DAY_CHAIN.search(text):
        return None
    if _TIME.search(before):
        named.insert(0, (others, before))
    elif not _OPENING.fullmatch(before):
        return None
    return [(each, part.strip(" ;,+/")) for each, part in named if each]


def _read_days(match: re.Match[str]) -> frozenset[int]:
    names: str = match["names"]
    days = {_find_day_number(name) for name in re.findall(rf"\b(?:{_DAY})\b", names)}
    for group in re.findall(rf"\b(?:{_GROUP})\b", names):
        days |= next(numbers for words, numbers in _DAY_GROUPS.items() if re.fullmatch(words, group))
    for first, last in _DAY_RANGE.findall(names):
        start, end = _find_day_number(first), _find_day_number(last)
        days |= {day % 7 for day in range(start, end + (8 if end < start else 1))}
    return frozenset(days)


def _find_day_number(name: str) -> int:
    return next(number for number, words in enumerate(_DAY_NAMES) if re.fullmatch(words, name))


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
    # midnight is 00:00 as a start and 24:00 as an end
    starts = ["00:00" if clock == "24:00" else clock for clock in clocks[::2]]
    # `0H00-23H59` is a whole day: 23:59 is often written for its end
    ends = ["24:00" if clock in {"00:00", "23:59"} else clock for clock in clocks[1::2]]
    return tuple(zip(starts, ends, strict=True))


def _format_clock(match: re.Match[str]) -> str:
    return f"{int(match[1]):02}:{match[2] or match[3] or '00'}"
