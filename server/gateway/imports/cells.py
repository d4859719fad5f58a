"""Parsers for the cells of files: numbers with French commas and spaces, dates in several forms."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from gateway.imports.files import Cell
from gateway.kit import paris

_SPACES = re.compile(r"[\s\u00a0\u2007\u202f'\u2019]")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,12})?", re.ASCII)
_EMPTY = frozenset({"", "null", "none", "nan", "-", "n/a", "na"})
_PRM = re.compile(r"(?<!\d)\d{14}(?!\d)", re.ASCII)
_STAMP_FORMS = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y %H:%M", "%d-%m-%Y")
_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", re.ASCII)


class UnreadableCellError(ValueError):
    """A cell cannot be parsed as what its column should have."""


def fold(cell: Cell) -> str:
    """Return a text for comparisons: in lower case, without accents, byte order marks and repeated spaces."""
    text = unicodedata.normalize("NFKD", str(cell if cell is not None else ""))
    plain = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(plain.replace("\ufeff", "").replace("\u2019", "'").lower().split())


def is_empty(cell: Cell) -> bool:
    """Tell whether a cell is empty or a word for no value, such as `n/a`. Zero is a value."""
    return cell is None or (isinstance(cell, str) and cell.strip().lower() in _EMPTY)


def parse_number(cell: Cell) -> Decimal:
    """Parse `4078`, `"4,030"`, `"1 016,5"` with any kind of space. Raises UnreadableCellError."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise UnreadableCellError
    text = _SPACES.sub("", str(cell)).replace(",", ".")
    if not _NUMBER.fullmatch(text):
        raise UnreadableCellError
    return Decimal(text)


def parse_stamp(cell: Cell) -> datetime:
    """Parse an instant with an offset, or a naive clock time in Paris. Raises UnreadableCellError."""
    if isinstance(cell, datetime):
        return _round_to_second(cell)
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    text = str(cell or "").strip()
    stamp: datetime | None
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        stamp = next((found for form in _STAMP_FORMS if (found := _parse_form(text, form))), None)
    if stamp is None or not paris.EARLIEST <= stamp.date() < paris.LATEST:
        raise UnreadableCellError
    return stamp


def parse_day(cell: Cell) -> date:
    """Parse a day; a stamp with an offset gives its date in Paris. Raises UnreadableCellError."""
    stamp = parse_stamp(cell)
    return paris.day_of(stamp) if stamp.tzinfo else stamp.date()


def parse_clock_time(cell: Cell) -> time:
    """Parse a time of day. Raises UnreadableCellError."""
    if isinstance(cell, time):
        return cell
    try:
        return time.fromisoformat(str(cell or "").strip())
    except ValueError as error:
        raise UnreadableCellError from error


def parse_minutes(cell: Cell) -> int | None:
    """Parse the length of an interval into minutes: `30`, `"PT30M"`; None if empty. Raises UnreadableCellError."""
    if is_empty(cell):
        return None
    if match := _DURATION.fullmatch(str(cell).strip()):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        length = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return int(length.total_seconds()) // 60
    return int(parse_number(cell))


def list_meter_numbers(cell: Cell) -> set[str]:
    """Return the numbers of usage points in a cell that holds nothing else: whatever has 14 digits."""
    return set(_PRM.findall(str(cell or "")))


def find_meter_numbers(text: Cell) -> set[str]:
    """Return the numbers of usage points in any text: 14 digits that are no stamp such as 20260101120000."""
    return {number for number in list_meter_numbers(text) if not _is_stamp(number)}


def _is_stamp(digits: str) -> bool:
    """Tell a stamp of this century from a number: no file is of the year 2212, so 22121212121212 is none."""
    stamp = _parse_form(digits, "%Y%m%d%H%M%S")
    return stamp is not None and paris.EARLIEST <= stamp.date() < paris.LATEST


def _parse_form(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - a clock in Paris, whose instant is found later
    except ValueError:
        return None


def _round_to_second(stamp: datetime) -> datetime:
    """Round to a whole second: spreadsheets store times as fractions of days, which are off by some microseconds."""
    return (stamp + timedelta(microseconds=500_000)).replace(microsecond=0)
