"""`/v1/accounts`, `/v1/session` and `/v1/sessions`."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from gateway.accounts import log_in, profile, recovery, service, sessions, sign_up
from gateway.accounts.browsers import name_browser
from gateway.accounts.dependencies import AccountDep, AccountPartsDep, CallerDep, FromHere, OneKind
from gateway.accounts.ingress import find_or_create_ingress_account
from gateway.accounts.log_in import LogInAttempt
from gateway.accounts.models import Account
from gateway.accounts.parts import AccountParts
from gateway.accounts.profile import AddressChange
from gateway.accounts.schemas import (
    Accepted,
    AccountView,
    ChangePasswordRequest,
    ConfirmResetRequest,
    LogInRequest,
    PasswordResetRequest,
    ProfileRequest,
    ResendRequest,
    Sessions,
    SessionState,
    SessionView,
    SignedUp,
    SignUpRequest,
    VerifyEmailRequest,
)
from gateway.dependencies import OUR_ID, ClientDep
from gateway.kit.ingress import is_from_ingress
from gateway.pages import choose_language
from gateway.problems import describe_responses

router = APIRouter(tags=["accounts"], responses=describe_responses(400, 413, 422))
_PASSWORD_CHECKED = describe_responses(401, 403, 429, 503)
_LOGGED_IN = describe_responses(401, 403)


@router.post("/accounts", status_code=201, responses=describe_responses(403, 429, 503))
async def create_account(
    request: Request, response: Response, parts: AccountPartsDep, client: ClientDep, body: SignUpRequest
) -> SignedUp:
    """Sign up. The answer is the same if the address already has an account: its owner gets a mail that says so."""
    limit_status = await sign_up.sign_up(
        parts,
        sign_up.SignUp(
            email=body.email,
            password=body.password,
            language=choose_language(request),
            client=client,
            captcha_token=body.captcha_token,
        ),
    )
    response.headers.update(limit_status.headers)
    return SignedUp(status="check_your_mail" if parts.settings.require_email_verification else "active")


@router.post("/accounts/verify-email", status_code=204, responses=_PASSWORD_CHECKED)
async def verify_email(parts: AccountPartsDep, client: ClientDep, body: VerifyEmailRequest) -> None:
    """Verify the address with the code from the mail and the account's password."""
    await sign_up.verify_email(parts, body.code, body.password, client)


@router.post("/accounts/password-reset", status_code=202, responses=describe_responses(403, 429, 503))
async def request_password_reset(
    response: Response, parts: AccountPartsDep, client: ClientDep, body: PasswordResetRequest
) -> Accepted:
    """Request a mail with a code to choose a new password. The answer is the same if the address has no account."""
    limit_status = await recovery.request_reset(
        parts, recovery.ForgottenPassword(body.email, client, body.captcha_token)
    )
    response.headers.update(limit_status.headers)
    return Accepted()


@router.post("/accounts/password-reset/confirm", status_code=204, responses=describe_responses(503))
async def confirm_password_reset(parts: AccountPartsDep, body: ConfirmResetRequest) -> None:
    """Set a new password with the code from the mail. All tokens and sessions end."""
    await recovery.confirm_reset(parts, body.code, body.password)


@router.get("/accounts/me", responses=describe_responses(401))
async def get_own_account(parts: AccountPartsDep, caller: CallerDep) -> AccountView:
    """Return the caller's account."""
    return _build_account_view(parts, await profile.get_account(parts, caller.account_id))


@router.patch("/accounts/me", responses=_PASSWORD_CHECKED | describe_responses(409))
async def change_own_account(
    parts: AccountPartsDep, client: ClientDep, account: AccountDep, changes: ProfileRequest
) -> AccountView:
    """Change the account. The language changes at once, the address once the code sent to the new one is confirmed."""
    if changes.email is not None and changes.current_password is not None:
        change = AddressChange(changes.email, changes.current_password, client)
        await profile.request_address_change(parts, account, change)
    if changes.language is not None:
        await profile.change_language(parts, account, changes.language)
    return _build_account_view(parts, await profile.get_account(parts, account.id))


@router.post("/accounts/verify-email/resend", status_code=202, responses=describe_responses(403, 429, 503))
async def resend_verification(
    response: Response, parts: AccountPartsDep, client: ClientDep, wanted: ResendRequest
) -> Accepted:
    """Request the verification mail again. The answer is the same if the address does not need to be verified."""
    limit_status = await profile.resend_verification(parts, wanted.email, client, wanted.captcha_token)
    response.headers.update(limit_status.headers)
    return Accepted()


@router.put("/accounts/me/password", status_code=204, responses=_PASSWORD_CHECKED)
async def change_password(
    request: Request,
    response: Response,
    parts: AccountPartsDep,
    client: ClientDep,
    account: AccountDep,
    body: ChangePasswordRequest,
) -> None:
    """Change the password. All tokens and sessions end, and this browser gets a new session."""
    token = await recovery.change_password(
        parts, account, body.current_password, body.new_password, client, _get_browser_name(request)
    )
    sessions.set_cookie(response, parts.settings, token)


@router.post("/session", status_code=204, dependencies=[FromHere, OneKind], responses=_PASSWORD_CHECKED)
async def open_session(
    request: Request, response: Response, parts: AccountPartsDep, client: ClientDep, body: LogInRequest
) -> None:
    """Log in. The session is an HttpOnly cookie, which scripts cannot read."""
    attempt = LogInAttempt(body.email, body.password, client, body.captcha_token)
    token = await log_in.log_in(parts, attempt, _get_browser_name(request))
    sessions.set_cookie(response, parts.settings, token)


@router.get("/session")
async def get_session_state(request: Request, parts: AccountPartsDep) -> SessionState:
    """Return the account that is logged in with this browser. If none is, the answer is null and not an error."""
    account = await _find_logged_in_account(request, parts)
    view = _build_account_view(parts, account) if account else None
    return SessionState(account=view, ingress=is_from_ingress(request))


@router.get("/sessions", responses=_LOGGED_IN)
async def list_sessions(parts: AccountPartsDep, caller: CallerDep, account: AccountDep) -> Sessions:
    """List the browsers that are logged in, newest log-in first."""
    found = await sessions.list_live_sessions(parts.database, parts.store, account, parts.clock.now())
    return Sessions(
        items=[
            SessionView(
                id=sessions.compute_public_id(one),
                browser=one.browser,
                created_at=one.created_at,
                last_used_at=used_at,
                current=one.token_hash == caller.session_hash,
            )
            for one, used_at in found
        ]
    )


@router.delete("/sessions/{session_id}", status_code=204, responses=describe_responses(401, 403, 404))
async def close_other_session(
    response: Response,
    parts: AccountPartsDep,
    caller: CallerDep,
    account: AccountDep,
    session_id: Annotated[str, Path(pattern=OUR_ID)],
) -> None:
    """Log one of the account's browsers out."""
    closed = await log_in.log_out_session(parts, account.id, session_id)
    if closed == caller.session_hash:
        sessions.clear_cookie(response, parts.settings)


@router.delete("/session", status_code=204, responses=_LOGGED_IN)
async def close_session(response: Response, parts: AccountPartsDep, caller: CallerDep, _account: AccountDep) -> None:
    """Log this browser out."""
    await log_in.log_out(parts, caller)
    sessions.clear_cookie(response, parts.settings)


@router.delete("/sessions", status_code=204, responses=_LOGGED_IN)
async def close_sessions(response: Response, parts: AccountPartsDep, account: AccountDep) -> None:
    """Log out everywhere: all browser sessions and all access tokens end. API clients keep their secrets."""
    await log_in.log_out_everywhere(parts, account.id)
    sessions.clear_cookie(response, parts.settings)


async def _find_logged_in_account(request: Request, parts: AccountParts) -> Account | None:
    if is_from_ingress(request):
        ingress_account = await find_or_create_ingress_account(parts, choose_language(request))
        return ingress_account if ingress_account.is_active else None
    token = sessions.read_cookie(request, parts.settings)
    return await sessions.resume_account(parts, token) if token else None


def _get_browser_name(request: Request) -> str | None:
    return name_browser(request.headers.get("user-agent", ""))


def _build_account_view(parts: AccountParts, account: Account) -> AccountView:
    return AccountView(
        id=account.id,
        email=account.address,
        pending_email=account.pending_address,
        language=account.language,
        verified=account.verified_at is not None,
        admin=service.is_admin(account, parts.settings.admin_emails),
        created_at=account.created_at,
    )
