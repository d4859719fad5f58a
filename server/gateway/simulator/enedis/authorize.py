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
async def show_page(request: Request, world: TheWorld) -> Response:
    """Ask the customer, or answer in their place."""
    query = request.query_params
    wrong = _find_error(query, world)
    if wrong:
        return _render_error(wrong)
    if world.authorize.mode is Mode.REFUSE:
        return _redirect_refused(world, query["state"])
    if world.authorize.mode is Mode.FAIL:
        return _redirect_failed(world, query["state"])
    if world.authorize.mode is Mode.ACCEPT:
        return _redirect_shared(world, world.authorize.prm or "", query["state"], query["duration"])
    return _render_page("Partager mes données", _render_form(world, query["state"], query["duration"]))


@router.post(PATH)
async def receive_decision(
    world: TheWorld,
    state: Annotated[str, Form()],
    duration: Annotated[str, Form()],
    decision: Annotated[str, Form()],
    prm: Annotated[str, Form()] = "",
) -> Response:
    """The customer pressed a button."""
    if decision == "accept":
        return _redirect_shared(world, prm, state, duration)
    return _redirect_refused(world, state)


def _find_error(query: QueryParams, world: World) -> str | None:
    today = paris.day_of(world.clock.now())
    until, longest = _find_end(today, query.get("duration", "")) or today, paris.subtract_months(today, -_LONGEST)
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


def _find_end(today: date, duration: str) -> date | None:
    found = re.fullmatch(r"P(\d{1,4})([DWMY])", duration)
    if not found:
        return None
    number, unit = min(int(found[1]), 2000), found[2]  # in every unit too long, and in none beyond the calendar
    if unit in "DW":
        return today + timedelta(days=number * (7 if unit == "W" else 1))
    return paris.subtract_months(today, -number * (12 if unit == "Y" else 1))


def _redirect_shared(world: World, prm: str, state: str, duration: str) -> Response:
    home, today = world.street.find_home(prm), paris.day_of(world.clock.now())
    until = _find_end(today, duration)
    if home is None or until is None or world.consents.is_readable(home, today):
        return _render_error("Une erreur est survenue lors du partage de vos données.")
    number = world.consents.share_home(home, today, until, home.late_services)
    if world.authorize.older_callback:
        return _redirect_back(world, {"code": f"code-{number}", "state": state, "usage_point_id": prm})
    return _redirect_back(world, {"autorisation_id": str(number), "state": state})


def _redirect_refused(world: World, state: str) -> Response:
    description = "demande_non_aboutie"
    return _redirect_back(world, {"error": "invalid_request", "error_description": description, "state": state})


def _redirect_failed(world: World, state: str) -> Response:
    description = "lincs-internal-server-error"
    return _redirect_back(
        world, {"code": "500", "error": "server_error", "error_description": description, "state": state}
    )


def _redirect_back(world: World, query: dict[str, str]) -> Response:
    address = world.authorize.redirect_uri or ""
    return RedirectResponse(f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", 302)


def _render_form(world: World, state: str, duration: str) -> str:
    today = paris.day_of(world.clock.now())
    homes = sorted(world.street.homes.values(), key=lambda home: world.consents.is_readable(home, today))
    return f"""
<p>L'application demande l'accès à vos données de consommation et de production.</p>
<form method="post" action="{PATH}">
<input type="hidden" name="state" value="{escape(state)}">
<input type="hidden" name="duration" value="{escape(duration)}">
<label>Compteur <select name="prm">{"".join(_render_option(home) for home in homes)}</select></label>
<button name="decision" value="accept">Accepter</button>
<button name="decision" value="refuse">Refuser</button>
</form>"""


def _render_option(home: Home) -> str:
    return f'<option value="{home.prm}">{home.prm} · {escape(home.name)}</option>'


def _render_error(text: str) -> Response:
    return _render_page("Erreur", f"<p>{escape(text)}</p>")


def _render_page(title: str, body: str) -> Response:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    return HTMLResponse(f'<!doctype html><html lang="fr"><head>{head}</head><body><h1>{title}</h1>{body}</body></html>')
