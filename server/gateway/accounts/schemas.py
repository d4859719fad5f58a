"""Request and response bodies of the account routes."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from gateway.accounts.models import TokenKind
from gateway.accounts.passwords import LONGEST
from gateway.kit.wire import Utc
from gateway.pages import list_languages

_Email = Annotated[str, Field(max_length=320)]
_Password = Annotated[str, Field(max_length=LONGEST, json_schema_extra={"format": "password"})]
_Code = Annotated[str, Field(max_length=100, description="The code from the e-mail")]
_CaptchaToken = Annotated[str | None, Field(max_length=2048)]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]


def _check_language(code: str) -> str:
    if code not in list_languages():
        raise ValueError(f"`language` is one of {', '.join(list_languages())}")
    return code


_Language = Annotated[str, AfterValidator(_check_language), Field(json_schema_extra={"enum": [*list_languages()]})]


class ExportFormat(StrEnum):
    """The format of an export."""

    JSON = "json"
    CSV = "csv"


class RequestBody(BaseModel):
    """Base of request bodies, which may not contain unknown members."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SignUpRequest(RequestBody):
    """A new account; Accept-Language sets the language of its mails. The captcha's action is `sign_up`."""

    email: _Email
    password: _Password
    captcha_token: _CaptchaToken = None


class SignedUp(BaseModel):
    """Whether the address must be verified first. The answer is the same if the address already has an account."""

    status: Literal["active", "check_your_mail"]


class VerifyEmailRequest(RequestBody):
    """The code from the mail and the account's password."""

    code: _Code
    password: _Password


class PasswordResetRequest(RequestBody):
    """The address of an account whose password is forgotten. The captcha's action is `password_reset`."""

    email: _Email
    captcha_token: _CaptchaToken = None


class Accepted(BaseModel):
    """The request was accepted. An e-mail is sent if one is due."""

    status: Literal["check_your_mail"] = "check_your_mail"


class ConfirmResetRequest(RequestBody):
    """The code from the mail and a new password."""

    code: _Code
    password: _Password


class LogInRequest(RequestBody):
    """Credentials. After repeated failures a captcha is required; its action is `log_in`."""

    email: _Email
    password: _Password
    captcha_token: _CaptchaToken = None


class ChangePasswordRequest(RequestBody):
    """The old password and the new one."""

    current_password: _Password
    new_password: _Password


class ResendRequest(RequestBody):
    """The address whose verification mail did not arrive. The captcha's action is `verify_email_resend`."""

    email: _Email
    captcha_token: _CaptchaToken = None


class ProfileRequest(RequestBody):
    """The members to change; absent ones stay. A new address needs the password, and takes effect once verified."""

    language: _Language | None = None
    email: _Email | None = None
    current_password: _Password | None = None

    @model_validator(mode="after")
    def _check_password_given(self) -> Self:
        if self.email is not None and self.current_password is None:
            raise ValueError("a new `email` needs `current_password`")
        return self


class AccountView(BaseModel):
    """An account, as its owner sees it; `pending_email` replaces `email` once it is verified."""

    id: str
    email: str
    pending_email: str | None
    language: str
    verified: bool
    admin: bool
    created_at: Utc


class SessionState(BaseModel):
    """The account that is logged in with this browser; null if none is.

    `ingress`: Home Assistant authenticated the user, so there is no password and no log-out.
    """

    account: AccountView | None
    ingress: bool


class SessionView(BaseModel):
    """A browser that is logged in; `current` marks the one that sent the request."""

    id: str
    browser: Annotated[str | None, Field(description="Its name and system, such as `Firefox, Linux`")]
    created_at: Utc
    last_used_at: Annotated[Utc, Field(description="Accurate to five minutes")]
    current: bool


class Sessions(BaseModel):
    """The logged-in browsers of an account, newest log-in first."""

    items: list[SessionView]


class ApiClientRequest(RequestBody):
    """The name of the API client: what it is for, such as `Home Assistant`."""

    name: Name


class ClientSecret(BaseModel):
    """The credentials of an API client. The secret is shown only once."""

    client_id: str
    client_secret: str


class ReadingTokenRequest(RequestBody):
    """The name of a token, and its kind.

    `reading` opens this API. `legacy` is for programs that were made for MyElectricalData's first API or for conso-api:
    it opens their addresses, if the site has them, and holds the numbers of the account's meters.
    """

    name: Name
    kind: TokenKind = TokenKind.READING


class NewReadingToken(BaseModel):
    """A read-only token. `token` is shown only once."""

    id: str
    name: str
    kind: TokenKind
    token: str


class ReadingTokenView(BaseModel):
    """A read-only token without its secret; `last_used_on` is a day in Paris time."""

    id: str
    name: str
    kind: TokenKind
    created_at: Utc
    last_used_on: date | None


class ReadingTokens(BaseModel):
    """The read-only tokens of an account, oldest first."""

    items: list[ReadingTokenView]


class ClientView(BaseModel):
    """An API client, without its secret."""

    client_id: str
    name: str
    created_at: Utc
    last_used_at: Utc | None


class Clients(BaseModel):
    """All API clients of an account, oldest first."""

    items: list[ClientView]


class AccessToken(BaseModel):
    """An access token, valid for `expires_in` seconds."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a kind, no secret
    expires_in: int
