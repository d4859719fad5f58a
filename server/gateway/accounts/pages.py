"""The pages that emails link to while FRONTEND_URL is empty. A front end has pages of its own."""

from collections.abc import Awaitable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.accounts import recovery, sign_up
from gateway.accounts.dependencies import AccountPartsDep
from gateway.accounts.passwords import LONGEST
from gateway.dependencies import ClientDep
from gateway.kit.wire import OpenApiResponses
from gateway.pages import choose_language, load_texts, render_page
from gateway.problems import ProblemError, describe_responses

_FRONT: OpenApiResponses = {303: {}}
_PAGES: OpenApiResponses = {status: {"content": {"text/html": {}}} for status in (400, 401, 403, 429, 503)}

router = APIRouter(
    tags=["account pages"], default_response_class=HTMLResponse, responses=_FRONT | describe_responses(413, 422)
)

type Code = Annotated[str, Form(max_length=100)]
type Password = Annotated[str, Form(max_length=LONGEST)]


@router.get("/accounts/verify-email")
async def show_verify_email(request: Request, parts: AccountPartsDep) -> Response:
    """Show the form for the code from the mail and the account's password."""
    return _render_form(request, parts.settings.frontend_url, "verify_email")


@router.post("/accounts/verify-email", responses=_PAGES)
async def verify_email(
    request: Request, parts: AccountPartsDep, client: ClientDep, code: Code, password: Password
) -> Response:
    """Verify the address and show the result."""
    return await _submit_form(request, "verify_email", sign_up.verify_email(parts, code.strip(), password, client))


@router.get("/accounts/reset-password")
async def show_reset_password(request: Request, parts: AccountPartsDep) -> Response:
    """Show the form for the code from the mail and a new password."""
    return _render_form(request, parts.settings.frontend_url, "reset_password")


@router.post("/accounts/reset-password", responses=_PAGES)
async def reset_password(request: Request, parts: AccountPartsDep, code: Code, password: Password) -> Response:
    """Set a new password and show the result."""
    return await _submit_form(request, "reset_password", recovery.confirm_reset(parts, code.strip(), password))


def _render_form(request: Request, front: str, form: str) -> Response:
    if front:
        # browsers keep the fragment (after #) across redirects
        return RedirectResponse(f"{front.rstrip('/')}/{form.replace('_', '-')}", 303)
    return render_page(request, "account_form.html", form=form, problem=None)


async def _submit_form(request: Request, form: str, work: Awaitable[None]) -> Response:
    try:
        await work
    except ProblemError as problem:
        words = load_texts(choose_language(request))
        said = words.get(f"form_{problem.code}", words["form_failed"])
        page = render_page(request, "account_form.html", status=problem.status, form=form, problem=said)
        page.headers.update(problem.headers)
        return page
    return render_page(request, "account_done.html", form=form)
