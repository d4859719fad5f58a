"""The page on which a customer shares one usage point with the application.

It goes back to the one address registered for the application, with a number and the state and nothing else. A usage
point that is shared already ends on an error page, without going back.
"""

import re
from datetime import date, timedelta
from html import escape
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import QueryParams

from gateway.simulator import paris
from gateway.simulator.enedis.consents import Mode
from gateway.simulator.homes import Home
from gateway.simulator.world import ENEDIS_CLIENT, TheWorld, World

PATH = "/dataconnect/v2/oauth2/authorize"
_PARAMETERS = sorted(("client_id", "state", "duration", "response_type"))
_LONGEST = 36  # months

router = APIRouter()


@router.get(PATH)
async def page(request: Request, world: TheWorld) -> Response:
    """Ask the customer, or answer in their place."""
    query = request.query_params
    wrong = _wrong(query, world)
    if wrong:
        return _error(wrong)
    if world.authorize.mode is Mode.REFUSE:
        return _refused(world, query["state"])
    if world.authorize.mode is Mode.FAIL:
        return _failed(world, query["state"])
    if world.authorize.mode is Mode.ACCEPT:
        return _shared(world, world.authorize.prm or "", query["state"], query["duration"])
    return _html("Partager mes données", _form(world, query["state"], query["duration"]))


@router.post(PATH)
async def decide(
    world: TheWorld,
    state: Annotated[str, Form()],
    duration: Annotated[str, Form()],
    decision: Annotated[str, Form()],
    prm: Annotated[str, Form()] = "",
) -> Response:
    """The customer pressed a button."""
    if decision == "accept":
        return _shared(world, prm, state, duration)
    return _refused(world, state)


def _wrong(query: QueryParams, world: World) -> str | None:
    today = paris.today(world.clock.now())
    until, longest = _until(today, query.get("duration", "")) or today, paris.months_before(today, -_LONGEST)
    complete = sorted(name for name, _ in query.multi_items()) == _PARAMETERS
    checks = {
        "Les paramètres attendus sont client_id, state, duration et response_type.": complete,
        "Application inconnue.": query.get("client_id") == ENEDIS_CLIENT[0],
        "response_type doit être code.": query.get("response_type") == "code",
        "state doit avoir de 1 à 100 caractères.": 0 < len(query.get("state", "")) <= 100,
        "duration doit être une durée ISO 8601 de trois ans au plus.": today < until <= longest,
        "Aucune adresse de retour n'est enregistrée pour cette application.": world.authorize.redirect_uri,
    }
    return next((text for text, good in checks.items() if not good), None)


def _until(today: date, duration: str) -> date | None:
    found = re.fullmatch(r"P(\d{1,4})([DWMY])", duration)
    if not found:
        return None
    number, unit = min(int(found[1]), 2000), found[2]  # in every unit too long, and in none beyond the calendar
    if unit in "DW":
        return today + timedelta(days=number * (7 if unit == "W" else 1))
    return paris.months_before(today, -number * (12 if unit == "Y" else 1))


def _shared(world: World, prm: str, state: str, duration: str) -> Response:
    home, today = world.street.find(prm), paris.today(world.clock.now())
    until = _until(today, duration)
    if home is None or until is None or world.consents.holds(home, today):
        return _error("Une erreur est survenue lors du partage de vos données.")
    number = world.consents.give(home, today, until, home.late_services)
    if world.authorize.older_callback:
        return _back(world, {"code": f"code-{number}", "state": state, "usage_point_id": prm})
    return _back(world, {"autorisation_id": str(number), "state": state})


def _refused(world: World, state: str) -> Response:
    description = "demande_non_aboutie"
    return _back(world, {"error": "invalid_request", "error_description": description, "state": state})


def _failed(world: World, state: str) -> Response:
    description = "lincs-internal-server-error"
    return _back(world, {"code": "500", "error": "server_error", "error_description": description, "state": state})


def _back(world: World, query: dict[str, str]) -> Response:
    address = world.authorize.redirect_uri or ""
    return RedirectResponse(f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", 302)


def _form(world: World, state: str, duration: str) -> str:
    today = paris.today(world.clock.now())
    homes = sorted(world.street.homes.values(), key=lambda home: world.consents.holds(home, today))
    return f"""
<p>L'application demande l'accès à vos données de consommation et de production.</p>
<form method="post" action="{PATH}">
<input type="hidden" name="state" value="{escape(state)}">
<input type="hidden" name="duration" value="{escape(duration)}">
<label>Compteur <select name="prm">{"".join(_option(home) for home in homes)}</select></label>
<button name="decision" value="accept">Accepter</button>
<button name="decision" value="refuse">Refuser</button>
</form>"""


def _option(home: Home) -> str:
    return f'<option value="{home.prm}">{home.prm} · {escape(home.name)}</option>'


def _error(text: str) -> Response:
    return _html("Erreur", f"<p>{escape(text)}</p>")


def _html(title: str, body: str) -> Response:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    return HTMLResponse(f'<!doctype html><html lang="fr"><head>{head}</head><body><h1>{title}</h1>{body}</body></html>')
