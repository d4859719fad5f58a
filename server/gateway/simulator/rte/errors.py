"""Every refusal of RTE by name."""

from collections.abc import Mapping

from gateway.simulator.faults import Refusal
from gateway.simulator.weather import hash_noise

_TERM = 'The value of "end_date" field is incorrect. It is not possible to recover data to this term.'
_TEMPO = {
    "F01": 'The "start_date" and "end_date" fields must be given together.',
    "F02": 'The value of "start_date" field must be before the value of "end_date" field.',
    "F03": "The period asked for is longer than 366 days.",
    "F04": _TERM,
    "F05": "The period asked for is shorter than one day.",
    "F06": "A date is not in the format YYYY-MM-DDThh:mm:sszzzzzz.",
    "F07": 'The value of "fallback_status" field is incorrect.',
}
_HTTP = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
    509: "Bandwidth Limit Exceeded",
}


def list_names() -> list[str]:
    """What may be ordered."""
    return [*_TEMPO, "T03", *map(str, _HTTP)]


def build_refusal(name: str, headers: Mapping[str, str] | None = None) -> Refusal:
    """The refusal of that name (`F01` to `F07`, `T03`, or a status); KeyError when there is none."""
    if name in _TEMPO:
        return _build_coded_refusal(400, f"TMPLIKSUPCON_TMPLIKCAL_{name}", _TEMPO[name])
    if name == "T03":
        return _build_coded_refusal(500, "COMMON_ERROR_T03", "An unexpected error occurred.")
    text = _HTTP[int(name)]
    return Refusal(int(name), f"<html><body><h1>{name} {text}</h1></body></html>", headers)


def _build_coded_refusal(status: int, code: str, description: str) -> Refusal:
    details = {"transaction_id": f"Id-{hash_noise('transaction', code).hex()[:24]}"}
    body = {"error": code, "error_description": description, "error_uri": "", "error_details": details}
    return Refusal(status, body)
