"""Tells each failure in one line at the end of the log: where, what was awaited, what was seen."""

from collections.abc import Generator
from itertools import chain
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve().parent
_LONGEST = 400
"""Characters of the message, and of each of its notes."""


def summarize(failure: pytest.ExceptionInfo[BaseException]) -> str:
    """The innermost step of a test or fixture that failed, and the beginnings of the error's message and notes."""
    steps = [entry for entry in failure.traceback if Path(entry.path).is_relative_to(_HERE)]
    where = f"{steps[-1].name}, line {steps[-1].lineno + 1}: " if steps else ""
    told = [str(failure.value) or failure.typename, *getattr(failure.value, "__notes__", [])]
    return where + " | ".join(" ".join(part.split())[:_LONGEST] for part in told)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep the summary with the report, which another process may print."""
    report = yield
    if report.failed and call.excinfo is not None:
        report.user_properties.append(("failure", summarize(call.excinfo)))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the summaries, whole: pytest cuts its own to the width of the terminal."""
    outcomes = (terminalreporter.stats.get(outcome, []) for outcome in ("error", "failed"))
    failed = [report for report in chain(*outcomes) if isinstance(report, pytest.TestReport)]
    if failed:
        terminalreporter.section("what failed")
    for report in failed:
        told = dict(report.user_properties).get("failure", report.longrepr)
        terminalreporter.write_line(f"{report.nodeid}: {told}")
