"""Whatever Enedis answers is read or refused, and no figure, day or name comes out that was not in it."""

import json
import math
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from gateway.enedis.client import EnedisToken
from gateway.enedis.customer import AddressAnswer, Contracts, GridConnection, Metering, SubscribedServices, Synthesis
from gateway.enedis.errors import ErrorReason, parse_error
from gateway.enedis.wire import IndexMeasure, Measure, Point, UnreadableError
from gateway.kit.http import HttpResponse
from tests.server.enedis.origins import read_fixture

FORMS: dict[str, TypeAdapter[object]] = {
    "contracts": TypeAdapter(Contracts),
    "synthesis": TypeAdapter(Synthesis),
    "metering": TypeAdapter(Metering),
    "address": TypeAdapter(AddressAnswer),
    "connection": TypeAdapter(GridConnection),
    "services": TypeAdapter(SubscribedServices),
    "load_curve": TypeAdapter(Measure),
    "daily": TypeAdapter(Measure),
    "max_power": TypeAdapter(Measure),
    "index": TypeAdapter(IndexMeasure),
    "token": TypeAdapter(EnedisToken),
}
KEYS = sorted({key for name in FORMS for key in re.findall(r'"(\w+)":', read_fixture(name).decode())})

written = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
    st.datetimes(timezones=st.timezones()).map(lambda when: when.strftime("%Y-%m-%dT%H:%M:%S%z")),
    st.from_regex(r"\A\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?([+-]\d{4}|[+-]\d\d:\d\d|Z)?\Z"),
    st.from_regex(r"\A\d{1,3}(\.\d)? ?k(VA|W)\Z"),
    st.sampled_from(["PT30M", "P1D", "1_000", "1e3", "٣", "+5", "0x10", "12 kVA", "ACTIF", "NaN"]),
)
anything = st.recursive(
    written,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)


def iterate_paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in an answer."""
    yield path
    if isinstance(value, dict):
        for key, member in value.items():
            yield from iterate_paths(member, (*path, key))
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from iterate_paths(member, (*path, number))


def replace_at(value: object, path: tuple[str | int, ...], new: object) -> object:
    """The answer with something else in one place."""
    if not path:
        return new
    first, *rest = path
    if isinstance(value, dict):
        return {key: replace_at(member, tuple(rest), new) if key == first else member for key, member in value.items()}
    assert isinstance(value, list)
    return [replace_at(member, tuple(rest), new) if at == first else member for at, member in enumerate(value)]


LONGEST_TEXT = 200


def iterate_scalars(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for member in value.values():
            yield from iterate_scalars(member)
    elif isinstance(value, list):
        for member in value:
            yield from iterate_scalars(member)
    else:
        yield value


def collect_numbers(value: object) -> set[float]:
    """What may be read as a number: numbers, and texts that hold one and at most a unit."""
    found = set()
    for scalar in iterate_scalars(value):
        if isinstance(scalar, int | float):
            with suppress(OverflowError):  # no number of Python's is as large as some whole ones
                found.add(float(scalar))
        elif isinstance(scalar, str):
            if number := re.fullmatch(r"\s*(-?[0-9]+([.,][0-9]+)?)\s*(kVA|kW)?\s*", scalar, re.IGNORECASE):
                found.add(float(number[1].replace(",", ".")))
            if step := re.fullmatch(r"PT([0-9]+H)?([0-9]+M)?", scalar):
                found.add(60 * int((step[1] or "0H")[:-1]) + int((step[2] or "0M")[:-1]))
    # decimals are read to the nearest whole
    return found | {float(round(number)) for number in found if math.isfinite(number)}


def as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def collect_days(value: object) -> set[date]:
    """Each day that is written, and its neighbours: an offset may move it by one."""
    found = set()
    for scalar in iterate_scalars(value):
        for text in re.findall(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", scalar) if isinstance(scalar, str) else ():
            try:
                found |= {date.fromisoformat(text) + timedelta(days=shift) for shift in (-1, 0, 1)}
            except ValueError, OverflowError:
                found |= {day for day in (date.min, date.max) if str(day) == text}
    return found


def read_out(model: object) -> Iterator[object]:
    """What the parser made of it."""
    if isinstance(model, Point):  # its members stay as they came until they are read
        for read in (lambda: model.value, lambda: model.day, lambda: model.minutes):
            with suppress(UnreadableError):
                yield read()
    elif isinstance(model, BaseModel):
        for name in type(model).model_fields:
            yield from read_out(getattr(model, name))
    elif isinstance(model, list):
        for member in model:
            yield from read_out(member)
    elif isinstance(model, dict):
        yield from ()  # a member of a point that stays as it came
    elif model is not None and not isinstance(model, bool):
        yield model


def assert_nothing_invented(form: TypeAdapter[object], body: object) -> None:
    try:
        model = form.validate_json(json.dumps(body))
    except ValidationError:
        return
    said = json.loads(json.dumps(body))
    numbers, dates = collect_numbers(said), collect_days(said)
    texts = {str(scalar).strip() for scalar in iterate_scalars(said)}
    for value in read_out(model):
        if isinstance(value, date):
            assert value in dates, value
        elif isinstance(value, int | float):
            assert float(value) in numbers, value
        else:
            written = str(value).strip()
            # a register's name may come as a number, which Python writes in its own way
            # a long text is cut, so that what is kept is its beginning
            is_cut = len(written) == LONGEST_TEXT and any(text.startswith(written) for text in texts)
            assert written in texts or is_cut or as_number(written) in numbers, value


def one_of_each(answer: object) -> list[tuple[str | int, ...]]:
    """The places of an answer, one for each sequence of keys."""
    return list(
        {tuple(step for step in path if isinstance(step, str)): path for path in iterate_paths(answer)}.values()
    )


GOOD = {name: json.loads(read_fixture(name)) for name in FORMS}
PLACES = [(name, path) for name, good in GOOD.items() for path in one_of_each(good)]


@given(anything)
@settings(max_examples=120, deadline=None)
@example([])
@example("1_000")
@example(1e300)
@example("5.0.0")
@example("9" * 5000)
@example("0001-01-01T00:00:00+0100")
@example("9999-12-31T23:59:59Z")
@example("2026-02-31")
def test_good_answers_with_something_else_in_one_place(new: object) -> None:
    assert len(PLACES) > 100
    for name, path in PLACES:
        assert_nothing_invented(FORMS[name], replace_at(GOOD[name], path, new))


@given(st.sampled_from(sorted(FORMS)), anything)
@settings(max_examples=300, deadline=None)
def test_an_answer_of_any_shape(name: str, body: object) -> None:
    assert_nothing_invented(FORMS[name], body)


@given(st.sampled_from(sorted(FORMS)), st.binary(max_size=100), st.integers(0, 5000))
@settings(max_examples=200, deadline=None)
def test_any_bytes_and_any_beginning_of_a_good_answer(name: str, noise: bytes, length: int) -> None:
    whole = read_fixture(name).rstrip()
    for body in (noise, whole[: min(length, len(whole) - 1)], whole[:length] + noise + whole[length:]):
        try:
            FORMS[name].validate_json(body)
        except ValidationError:
            continue
        assert body not in {whole[:cut] for cut in range(len(whole))}, "half an answer was taken for a whole one"


@given(
    st.integers(201, 599), anything | st.dictionaries(st.sampled_from(["error", "code", "message", "fault"]), written)
)
@settings(max_examples=300, deadline=None)
def test_any_refusal_has_a_meaning_and_repeats_nothing_private(status: int, body: object) -> None:
    refusal = parse_error(HttpResponse(status, json.dumps(body).encode(), {}))
    assert isinstance(refusal.reason, ErrorReason)
    assert not re.search(r"\d{8}", f"{refusal!r}{refusal.code}")
    assert len(refusal.code) <= 40
