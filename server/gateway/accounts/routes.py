"""`/v1/accounts`, `/v1/session` and `/v1/sessions`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from gateway.accounts import (
    belongings,
    deletion,
    export,
    log_in,
    profile,
    recovery,
    repository,
    service,
    sessions,
    sign_up,
)
from gateway.accounts.browsers import name_browser
from gateway.accounts.log_in import Attempt
from gateway.accounts.models import Account
from gateway.accounts.profile import AddressChange
from gateway.accounts.schemas import (
    Accepted,
    AccountView,
    ConfirmResetWish,
    ExportFormat,
    LogInWish,
    PasswordWish,
    ProfileRequest,
    ResendRequest,
    ResetWish,
    Sessions,
    SessionState,
    SessionView,
    SignedUp,
    SignUpWish,
    VerifyWish,
)
from gateway.audit.service import record
from gateway.dependencies import OUR_ID, AccountDep, CallerDep, ClientDep, FromHere, OneKind, RuntimeDep
from gateway.pages import language_of
from gateway.problems import documented, not_found
from gateway.runtime import Runtime

router = APIRouter(tags=["accounts"], responses=documented(400, 413, 422))
_AT_A_DOOR = documented(401, 403, 429, 503)
_LOGGED_IN = documented(401, 403)


@router.post("/v1/accounts", status_code=201, responses=documented(403, 429, 503))
async def make_account(
    request: Request, response: Response, runtime: RuntimeDep, client: ClientDep, wish: SignUpWish
) -> SignedUp:
    """Sign up. The answer is the same when the address has an account: its owner gets a mail that says so."""
    standing = await sign_up.sign_up(
        runtime,
        sign_up.SignUp(
            email=wish.email,
            password=wish.password,
            language=language_of(request),
            client=client,
            captcha_token=wish.captcha_token,
        ),
    )
    response.headers.update(standing.headers)
    return SignedUp(status="check_your_mail" if runtime.settings.require_email_verification else "active")


@router.post("/v1/accounts/verify-email", status_code=204, responses=_AT_A_DOOR)
async def verify_email(runtime: RuntimeDep, client: ClientDep, wish: VerifyWish) -> None:
    """Show to have the address: by the code from the mail, and the password of the account."""
    await sign_up.verify_email(runtime, wish.code, wish.password, client)


@router.post("/v1/accounts/password-reset", status_code=202, responses=documented(403, 429, 503))
async def ask_reset(response: Response, runtime: RuntimeDep, client: ClientDep, wish: ResetWish) -> Accepted:
    """Have a mail sent to choose a new password; the answer is the same when the address has no account."""
    standing = await recovery.ask_reset(runtime, recovery.Forgotten(wish.email, client, wish.captcha_token))
    response.headers.update(standing.headers)
    return Accepted()


@router.post("/v1/accounts/password-reset/confirm", status_code=204, responses=documented(503))
async def confirm_reset(runtime: RuntimeDep, wish: ConfirmResetWish) -> None:
    """Choose a new password by the code from the mail; all tokens and sessions end."""
    await recovery.confirm_reset(runtime, wish.code, wish.password)


@router.get("/v1/accounts/me", responses=documented(401))
async def me(runtime: RuntimeDep, caller: CallerDep) -> AccountView:
    """Show the account."""
    async with runtime.database.read() as session:
        account = await repository.find_account(session, caller.account_id)
    if account is None:
        raise not_found()
    return _view(runtime, account)


@router.patch("/v1/accounts/me", responses=_AT_A_DOOR | documented(409))
async def change_me(
    runtime: RuntimeDep, client: ClientDep, account: AccountDep, changes: ProfileRequest
) -> AccountView:
    """Change the language at once; a new address once the code is back that is sent to it."""
    if changes.email is not None and changes.current_password is not None:
        change = AddressChange(changes.email, changes.current_password, client)
        await profile.ask_address_change(runtime, account, change)
    if changes.language is not None:
        await profile.change_language(runtime, account, changes.language)
    async with runtime.database.read() as session:
        return _view(runtime, await repository.account(session, account.id))


@router.post("/v1/accounts/verify-email/resend", status_code=202, responses=documented(403, 429, 503))
async def resend_verification(
    response: Response, runtime: RuntimeDep, client: ClientDep, wanted: ResendRequest
) -> Accepted:
    """Have the mail of verification sent again; the answer is the same whether or not the address waits for one."""
    standing = await profile.resend_verification(runtime, wanted.email, client, wanted.captcha_token)
    response.headers.update(standing.headers)
    return Accepted()


@router.delete("/v1/accounts/me", status_code=204, responses=_LOGGED_IN)
async def delete_me(response: Response, runtime: RuntimeDep, caller: CallerDep, _account: AccountDep) -> None:
    """Delete the account and all it owned, within 15 minutes of a log-in. Shares at Enedis are ended there."""
    await deletion.delete_account(runtime, caller)
    sessions.clear_cookie(response, runtime.settings)


@router.get(
    "/v1/accounts/me/export",
    response_class=StreamingResponse,
    responses=_LOGGED_IN
    | {200: {"description": "Everything", "content": {"application/json": {}, "application/zip": {}}}},
)
async def export_me(
    runtime: RuntimeDep, account: AccountDep, what: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.JSON
) -> StreamingResponse:
    """Take away all that the account owns: one JSON document, or a ZIP of CSV files."""
    now = runtime.clock.now()
    async with runtime.database.write() as session:
        record(session, now, "exported", account.id)
    owned = belongings.sections(runtime, account)
    if what is ExportFormat.JSON:
        body, media, ending = export.as_json(owned), "application/json", "json"
    else:
        body, media, ending = export.as_csv(owned, now), "application/zip", "zip"
    disposition = f'attachment; filename="myelectricaldata-{now:%Y-%m-%d}.{ending}"'
    return StreamingResponse(body, media_type=media, headers={"Content-Disposition": disposition})


@router.put("/v1/accounts/me/password", status_code=204, responses=_AT_A_DOOR)
async def change_password(
    request: Request,
    response: Response,
    runtime: RuntimeDep,
    client: ClientDep,
    account: AccountDep,
    wish: PasswordWish,
) -> None:
    """Change the password: all tokens and sessions end, and this browser gets a new one."""
    token = await recovery.change_password(
        runtime, account, wish.current_password, wish.new_password, client, _browser(request)
    )
    sessions.set_cookie(response, runtime.settings, token)


@router.post("/v1/session", status_code=204, dependencies=[FromHere, OneKind], responses=_AT_A_DOOR)
async def open_session(
    request: Request, response: Response, runtime: RuntimeDep, client: ClientDep, wish: LogInWish
) -> None:
    """Log a browser in, by a cookie that no script can read."""
    attempt = Attempt(wish.email, wish.password, client, wish.captcha_token)
    token = await log_in.log_in(runtime, attempt, _browser(request))
    sessions.set_cookie(response, runtime.settings, token)


@router.get("/v1/session")
async def session_state(request: Request, runtime: RuntimeDep) -> SessionState:
    """Tell who is logged in in this browser, if anybody is: no error, so that a page may ask when it opens."""
    token, now = sessions.cookie_of(request, runtime.settings), runtime.clock.now()
    caller = token and await sessions.resume(runtime.database, runtime.store, runtime.settings, token, now)
    if not caller:
        return SessionState(account=None)
    async with runtime.database.read() as session:
        account = await repository.find_account(session, caller.account_id)
    return SessionState(account=_view(runtime, account) if account else None)


@router.get("/v1/sessions", responses=_LOGGED_IN)
async def list_sessions(runtime: RuntimeDep, caller: CallerDep, account: AccountDep) -> Sessions:
    """List the browsers that are logged in."""
    found = await sessions.list_live(runtime.database, runtime.store, account, runtime.clock.now())
    return Sessions(
        items=[
            SessionView(
                id=sessions.public_id(one),
                browser=one.browser,
                created_at=one.created_at,
                last_used_at=used_at,
                current=one.token_hash == caller.session_hash,
            )
            for one, used_at in found
        ]
    )


@router.delete("/v1/sessions/{session_id}", status_code=204, responses=documented(401, 403, 404))
async def close_one_session(
    response: Response,
    runtime: RuntimeDep,
    caller: CallerDep,
    account: AccountDep,
    session_id: Annotated[str, Path(pattern=OUR_ID)],
) -> None:
    """Log one browser out."""
    closed = await log_in.log_out_one(runtime, account.id, session_id)
    if closed == caller.session_hash:
        sessions.clear_cookie(response, runtime.settings)


@router.delete("/v1/session", status_code=204, responses=_LOGGED_IN)
async def close_session(response: Response, runtime: RuntimeDep, caller: CallerDep, _account: AccountDep) -> None:
    """Log this browser out."""
    await log_in.log_out(runtime, caller)
    sessions.clear_cookie(response, runtime.settings)


@router.delete("/v1/sessions", status_code=204, responses=_LOGGED_IN)
async def close_sessions(response: Response, runtime: RuntimeDep, account: AccountDep) -> None:
    """Log out everywhere: all browsers' sessions and all tokens end. API clients keep their secrets."""
    await log_in.log_out_everywhere(runtime, account.id)
    sessions.clear_cookie(response, runtime.settings)


def _browser(request: Request) -> str | None:
    return name_browser(request.headers.get("user-agent", ""))


def _view(runtime: Runtime, account: Account) -> AccountView:
    return AccountView(
        id=account.id,
        email=account.address,
        pending_email=account.pending_address,
        language=account.language,
        verified=account.verified_at is not None,
        admin=service.is_admin(account, runtime.settings.admin_emails),
        created_at=account.created_at,
    )
