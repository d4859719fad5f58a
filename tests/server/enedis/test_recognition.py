"""An answer says something only if it is about the meter, the days and the quantity that were asked for."""

import json
from typing import Any

import pytest

from gateway.domain.direction import Direction
from gateway.enedis.errors import EnedisError, ErrorReason
from tests.server.enedis.origins import PAYER, WEEK, Reply, open_client, run_scripted

PRM = "30001000000001"
GOOD: dict[str, Any] = {
    "idPrm": PRM,
    "periode": {"dateDebut": "2026-10-27", "dateFin": "2026-11-03"},
    "grandeur": [
        {"grandeurMetier": "CONS", "grandeurPhysique": "EA", "unite": "Wh", "points": [{"v": "9", "d": "2026-10-27"}]}
    ],
}


def with_series(**changes: object) -> dict[str, Any]:
    return GOOD | {"grandeur": [GOOD["grandeur"][0] | changes]}


async def fetch_services(body: object) -> list[Any]:
    reply = Reply(body=body if isinstance(body, bytes) else json.dumps(body).encode())
    async with run_scripted(lambda _: reply) as origin, open_client(origin.url) as (enedis, _):
        return await enedis.fetch_daily(PAYER, PRM, Direction.CONSUMPTION, *WEEK)


async def test_the_answer_asked_for_is_read_and_may_have_no_points() -> None:
    assert len(await fetch_services(GOOD)) == 1
    assert await fetch_services(with_series(points=[])) == []
    assert len(await fetch_services(with_series(unite="WH "))) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "no_answer"),
        ({"error": "technical_error"}, "no_answer"),
        (GOOD | {"idPrm": "30001000000002"}, "other_meter"),
        (GOOD | {"idPrm": None}, "no_answer"),
        (GOOD | {"periode": None}, "other_period"),
        (GOOD | {"periode": {"dateDebut": "2026-10-20", "dateFin": "2026-10-27"}}, "other_period"),
        (GOOD | {"periode": {"dateDebut": "2026-10-27", "dateFin": "2026-11-04"}}, "other_period"),
        (GOOD | {"grandeur": None}, "other_quantity"),
        (GOOD | {"grandeur": []}, "other_quantity"),
        (GOOD | {"grandeur": [{}]}, "other_quantity"),
        (with_series(grandeurMetier="PROD"), "other_quantity"),
        (with_series(grandeurPhysique="PA"), "other_quantity"),
        (with_series(unite="kWh"), "other_unit"),
        (with_series(unite=None), "other_unit"),
        (with_series(points=None), "no_points"),
        (with_series(points="none"), "other_quantity"),
        (b"", "unreadable_answer"),
        (b'{"idPrm":"3000', "unreadable_answer"),
        (b"<html>", "unreadable_answer"),
        ([GOOD], "unreadable_answer"),
    ],
)
async def test_whatever_else_comes_with_200_is_an_outage(body: object, code: str) -> None:
    with pytest.raises(EnedisError) as refusal:
        await fetch_services(body)
    assert (refusal.value.reason, refusal.value.code) == (ErrorReason.DOWN, code)
