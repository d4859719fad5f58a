"""One request to RTE, and the parser of its answer."""

from pydantic import BaseModel, ValidationError

from gateway.kit.http import HttpResponse, UnreachableError, Upstream
from gateway.rte.errors import RteError, RteErrorReason


async def request(
    upstream: Upstream,
    method: str,
    path: str,
    *,
    params: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    auth: tuple[str, str] | None = None,
) -> HttpResponse:
    """Send one request and return the response, whatever its status. Raises RteError if there is none."""
    try:
        return await upstream.request(method, path, params=params, headers=headers, auth=auth)
    except UnreachableError as error:
        raise RteError(RteErrorReason.DOWN, "unreachable") from error


def parse_response[Form: BaseModel](form: type[Form], answer: HttpResponse) -> Form:
    """Parse the body of an answer. Raises RteError if it does not have the form."""
    try:
        return form.model_validate_json(answer.body)
    except ValidationError:
        raise RteError(RteErrorReason.DOWN, "unreadable_answer") from None
