"""`/v1/accounts`, `/v1/session` and `/v1/sessions`."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from gateway.accounts import belongings, deletion, export, log_in, recovery, repository, service, sessions, sign_up
from gateway.accounts.log_in import Attempt
from gateway.accounts.models import Account
from gateway.accounts.schemas import (
    Accepted,
    AccountView,
    ConfirmResetWish,
    ExportFormat,
    LogInWish,
    PasswordWish,
    ResetWish,
    SignedUp,
    SignUpWish,
    VerifyWish,
)
from gateway.audit.service import record
from gateway.dependencies import AccountDep, CallerDep, ClientDep, FromHere, OneKind, RuntimeDep
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
    response: Response, runtime: RuntimeDep, client: ClientDep, account: AccountDep, wish: PasswordWish
) -> None:
    """Change the password: all tokens and sessions end, and this browser gets a new one."""
    token = await recovery.change_password(runtime, account, wish.current_password, wish.new_password, client)
    sessions.set_cookie(response, runtime.settings, token)


@router.post("/v1/session", status_code=204, dependencies=[FromHere, OneKind], responses=_AT_A_DOOR)
async def open_session(response: Response, runtime: RuntimeDep, client: ClientDep, wish: LogInWish) -> None:
    """Log a browser in, by a cookie that no script can read."""
    token = await log_in.log_in(runtime, Attempt(wish.email, wish.password, client, wish.captcha_token))
    sessions.set_cookie(response, runtime.settings, token)


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


def _view(runtime: Runtime, account: Account) -> AccountView:
    return AccountView(
        id=account.id,
        email=account.address,
        language=account.language,
        verified=account.verified_at is not None,
        admin=service.is_admin(account, runtime.settings.admin_emails),
        created_at=account.created_at,
    )
