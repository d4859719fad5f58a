"""Answers of RTE with one odd member: it is left out, and the others count."""

from datetime import date

from gateway.rte.wire import LONGEST_MESSAGE, EcowattAnswer, TempoAnswer

TEMPO = {"start_date": "2026-11-02T00:00:00+01:00", "end_date": "2026-11-03T00:00:00+01:00", "value": "BLUE"}
SIGNAL = {
    "GenerationFichier": "2026-11-02T07:00:00+01:00",
    "jour": "2026-11-02T00:00:00+01:00",
    "dvalue": 1,
    "message": "Pas d'alerte.",
    "values": [{"pas": 8, "hvalue": 1}],
}
FAR = ("9999-12-31T23:59:59Z", "9999-12-31T00:00:00+01:00", "0001-01-01T00:00:00+01:00")


def test_a_tempo_day_in_the_year_9999_spoils_no_other() -> None:
    values = [TEMPO, *(TEMPO | {"start_date": far} for far in FAR)]
    [calendar] = TempoAnswer.model_validate({"tempo_like_calendars": {"values": values}}).tempo_like_calendars
    assert [value.day for value in calendar.values] == [date(2026, 11, 2)]


def test_an_ecowatt_day_in_the_year_9999_spoils_no_other() -> None:
    odd = [SIGNAL | {name: far} for name in ("jour", "GenerationFichier") for far in FAR]
    signals = EcowattAnswer.model_validate({"signals": [*odd, SIGNAL]}).signals
    assert [signal.day for signal in signals] == [date(2026, 11, 2)]


def test_a_message_of_megabytes_is_cut() -> None:
    [signal] = EcowattAnswer.model_validate({"signals": [SIGNAL | {"message": "x" * 5_000_000}]}).signals
    assert len(signal.message) == LONGEST_MESSAGE
