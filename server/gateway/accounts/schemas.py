"""Request and response bodies of the account routes."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from gateway.accounts.passwords import LONGEST
from gateway.kit.wire import Utc
from gateway.pages import list_languages

_Email = Annotated[str, Field(max_length=320)]
_Password = Annotated[str, Field(max_length=LONGEST, json_schema_extra={"format": "password"})]
_Code = Annotated[str, Field(max_length=100, description="From the mail")]
_CaptchaToken = Annotated[str | None, Field(max_length=2048)]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]


def _check_language(code: str) -> str:
    if code not in list_languages():
        raise ValueError(f"`language` is one of {', '.join(list_languages())}")
    return code


_Language = Annotated[str, AfterValidator(_check_language), Field(json_schema_extra={"enum": [*list_languages()]})]


class ExportFormat(StrEnum):
    """How belongings are written."""

    JSON = "json"
    CSV = "csv"


class RequestBody(BaseModel):
    """What is sent; a member that is not known is refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SignUpRequest(RequestBody):
    """An account; the language of mails is that of Accept-Language. The captcha's action is `sign_up`."""

    email: _Email
    password: _Password
    captcha_token: _CaptchaToken = None


class SignedUp(BaseModel):
    """Whether a mail has to be answered first. The same whether the address had an account or not."""

    status: Literal["active", "check_your_mail"]


class VerifyEmailRequest(RequestBody):
    """The code from the mail, and the password that was chosen."""

    code: _Code
    password: _Password


class PasswordResetRequest(RequestBody):
    """Whose password is forgotten. The captcha's action is `password_reset`."""

    email: _Email
    captcha_token: _CaptchaToken = None


class Accepted(BaseModel):
    """A mail is on its way if the address has an account."""

    status: Literal["check_your_mail"] = "check_your_mail"


class ConfirmResetRequest(RequestBody):
    """The code from the mail, and a new password."""

    code: _Code
    password: _Password


class LogInRequest(RequestBody):
    """Who comes. After repeated failures a captcha is needed; its action is `log_in`."""

    email: _Email
    password: _Password
    captcha_token: _CaptchaToken = None


class ChangePasswordRequest(RequestBody):
    """The old password and the new one."""

    current_password: _Password
    new_password: _Password


class ResendRequest(RequestBody):
    """Whose mail of verification did not come. The captcha's action is `verify_email_resend`."""

    email: _Email
    captcha_token: _CaptchaToken = None


class ProfileRequest(RequestBody):
    """What to change; what is not named stays. A new address needs the password, and counts once it is verified."""

    language: _Language | None = None
    email: _Email | None = None
    current_password: _Password | None = None

    @model_validator(mode="after")
    def _check_password_given(self) -> Self:
        if self.email is not None and self.current_password is None:
            raise ValueError("a new `email` needs `current_password`")
        return self


class AccountView(BaseModel):
    """An account, for its owner; `pending_email` is to replace its address once its mail is answered."""

    id: str
    email: str
    pending_email: str | None
    language: str
    verified: bool
    admin: bool
    created_at: Utc


class SessionState(BaseModel):
    """Who is logged in in this browser; null when nobody is.

    `ingress`: Home Assistant has logged them in, so that there is no password, and nothing to log out of.
    """

    account: AccountView | None
    ingress: bool


class SessionView(BaseModel):
    """A browser that is logged in; `current` is the one that asks."""

    id: str
    browser: Annotated[str | None, Field(description="Its name and system, such as `Firefox, Linux`")]
    created_at: Utc
    last_used_at: Annotated[Utc, Field(description="To five minutes")]
    current: bool


class Sessions(BaseModel):
    """An account's browsers, the newest log-in first."""

    items: list[SessionView]


class ApiClientRequest(RequestBody):
    """What the API client is for, such as `Home Assistant`."""

    name: Name


class ClientSecret(BaseModel):
    """An API client's credentials; the secret is shown this once."""

    client_id: str
    client_secret: str


class NewReadingToken(BaseModel):
    """A token that reads and changes nothing; it is shown this once."""

    id: str
    name: str
    token: str


class ReadingTokenView(BaseModel):
    """A token, without what it consists of; `last_used_on` is a day of Paris."""

    id: str
    name: str
    created_at: Utc
    last_used_on: date | None


class ReadingTokens(BaseModel):
    """An account's tokens, oldest first."""

    items: list[ReadingTokenView]


class ClientView(BaseModel):
    """An API client, without its secret."""

    client_id: str
    name: str
    created_at: Utc
    last_used_at: Utc | None


class Clients(BaseModel):
    """All API clients of an account."""

    items: list[ClientView]


class AccessToken(BaseModel):
    """An access token; `expires_in` in seconds."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a kind, no secret
    expires_in: int
