"""Describes in text what a file of readings would add."""

from collections.abc import Iterator
from itertools import groupby

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .api.file_imports import FileImport, ImportReport, ImportSpan
from .formatting import Texts, async_format_day, async_load_texts
from .paris import DAY

_MOST_DIFFERENCES = 5


async def async_describe_report(hass: HomeAssistant, report: ImportReport) -> str:
    """Return the lines of a report: the days of each kind by outcome, the first that differ, and rows not used."""
    words = await async_load_texts(hass)
    lines = [*_describe_days(hass, report, words), *_describe_differences(hass, report, words)]
    lines += [
        words("import_report", "rejected_one" if each.count == 1 else "rejected").format(
            count=each.count, reason=words("import_reason", each.reason)
        )
        for each in report.rejected
    ]
    return "\n".join(f"- {line}" for line in lines)


async def async_label_import(hass: HomeAssistant, given: FileImport) -> str:
    """Return a label for an import: when it was made, from what, and how many days it has."""
    words = await async_load_texts(hass)
    days = given.report.days.get("new", 0)
    return words("import_report", "label_one" if days == 1 else "label").format(
        date=async_format_day(hass, dt_util.as_local(given.created_at).date()),
        format=words("import_format", given.report.format),
        days=days,
    )


def _describe_days(hass: HomeAssistant, report: ImportReport, words: Texts) -> Iterator[str]:
    def get_group(span: ImportSpan) -> tuple[bool, str, str, str]:
        return span.outcome != "new", span.outcome, span.kind, span.direction

    for (_, outcome, kind, direction), found in groupby(sorted(report.spans, key=get_group), get_group):
        spans = list(found)
        first, last = min(span.start for span in spans), max(span.end for span in spans) - DAY
        yield words("import_report", f"{outcome}_day" if first == last else outcome).format(
            what=words("import_kind", f"{kind}_{direction}"),
            days=sum(span.days for span in spans),
            first=async_format_day(hass, first),
            last=async_format_day(hass, last),
        )


def _describe_differences(hass: HomeAssistant, report: ImportReport, words: Texts) -> Iterator[str]:
    for each in report.differences[:_MOST_DIFFERENCES]:
        yield words("import_report", "difference").format(
            date=async_format_day(hass, each.date),
            file=each.file,
            known="?" if each.archive is None else each.archive,
            unit=each.unit,
        )
