"""FastAPI dependencies that give routes the caller, the account or the administrator."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from gateway.accounts import repository, service, sessions, tokens
from gateway.accounts.ingress import find_or_create_ingress_account
from gateway.accounts.models import Account
from gateway.accounts.parts import AccountParts
from gateway.accounts.reading_tokens import load_reader
from gateway.accounts.secrets import is_reading_token
from gateway.accounts.service import Caller
from gateway.dependencies import get_part, part
from gateway.kit.ingress import is_from_ingress
from gateway.pages import choose_language
from gateway.problems import ProblemError

AccountPartsDep = Annotated[AccountParts, Depends(part(AccountParts))]


async def require_single_credential(request: Request, parts: AccountPartsDep) -> None:
    """Raise a 400 problem for a request with both a session cookie and an Authorization header."""
    if "authorization" in request.headers and sessions.read_cookie(request, parts.settings) is not None:
        raise ProblemError(
            400, "two_credentials", "Send either the session cookie or an Authorization header, not both."
        )


async def refuse_cross_site(request: Request, parts: AccountPartsDep) -> None:
    """Raise a 403 problem for an unsafe request that a page of another site made a browser send."""
    if sessions.is_cross_site(request, parts.settings):
        raise ProblemError(
            403, "cross_site", "A browser sent this from another site; only this site's own pages may send it."
        )


OneKind = Depends(require_single_credential)
FromHere = Depends(refuse_cross_site)

bearer_token = HTTPBearer(auto_error=False, description="A token of POST /v1/oauth/token")
_cookie = APIKeyCookie(
    name=sessions.NAME_BY_HTTPS,
    auto_error=False,
    description=f"Set by POST /v1/session; without https its name is {sessions.NAME_BY_HTTP}",
)


async def get_caller(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer_token)],
    _documented: Annotated[str | None, Depends(_cookie)] = None,
) -> Caller:
    """Return the caller, by ingress, a session cookie or a bearer token. Raises problems: 400, 401, 403.

    The checks are called directly and not as dependencies: each dependency costs as much as the check itself.
    """
    parts = get_part(request, AccountParts)
    if is_from_ingress(request):
        await refuse_cross_site(request, parts)
        ingress_account = await find_or_create_ingress_account(parts, choose_language(request))
        if not ingress_account.is_active:
            raise _build_logged_out_problem()
        return Caller(ingress_account.id, is_ingress=True)
    await require_single_credential(request, parts)
    token = sessions.read_cookie(request, parts.settings)
    if token is not None:
        await refuse_cross_site(request, parts)
        caller = await sessions.resume_session(parts.database, parts.store, parts.settings, token, parts.clock.now())
        if caller is None:
            raise _build_logged_out_problem()
        return caller
    try:
        if credentials is None:
            raise tokens.InvalidTokenError
        if is_reading_token(credentials.credentials):
            return await load_reader(parts, credentials.credentials, request.method)
        claims = tokens.read_token(
            credentials.credentials,
            key=parts.settings.secret_key.get_secret_value(),
            issuer=parts.instance.id,
            now=parts.clock.now(),
        )
        return await service.load_caller(parts.database, parts.store, claims)
    except tokens.InvalidTokenError as error:
        raise ProblemError(
            401,
            "invalid_token",
            "A valid bearer token is required; get one at /v1/oauth/token.",
            headers={"WWW-Authenticate": "Bearer"},
        ) from error


def _build_logged_out_problem() -> ProblemError:
    return ProblemError(401, "invalid_session", "This browser is no longer logged in. Log in again.")


CallerDep = Annotated[Caller, Depends(get_caller)]


async def get_account(parts: AccountPartsDep, caller: CallerDep) -> Account:
    """Return the account of a person who is logged in. Raises problems: 401, and 403 for a caller with a token."""
    if not caller.is_person:
        raise service.build_session_required_problem()
    async with parts.database.read() as session:
        account = await repository.find_account(session, caller.account_id)
    if account is None:
        raise _build_logged_out_problem()
    return account


AccountDep = Annotated[Account, Depends(get_account)]


async def get_admin(parts: AccountPartsDep, account: AccountDep) -> Account:
    """Return the account of an administrator who is logged in. Raises a 403 problem."""
    if not service.is_admin(account, parts.settings.admin_emails):
        raise ProblemError(
            403, "admin_only", "Only administrators may do this: ADMIN_EMAILS lists their verified addresses."
        )
    return account


AdminDep = Annotated[Account, Depends(get_admin)]
