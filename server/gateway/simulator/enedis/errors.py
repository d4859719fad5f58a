"""Every refusal of Enedis by name: its status and its body, in the shape in which it was seen or is documented.

Where only a code is known, the sentence is ours.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from gateway.simulator.enedis.alterations import ALTERATIONS
from gateway.simulator.faults import Body, Refusal
from gateway.simulator.quotas import build_unwrapped_refusal, build_wrapped_refusal, next_hour, quota_3, quota_4

EPOCH = datetime.fromtimestamp(0, UTC)


def _build_adam_error(code: str, description: str) -> Body:
    return {"error": code, "error_description": description}


def _build_wso2_error(code: str, message: str, description: str) -> Body:
    return {"code": code, "message": message, "description": description}


_INVALID_REQUEST = {
    "end_not_past": "The end date parameter must be earlier than the current date.",
    "start_after_end": "Start date should be before end date.",
    "prm_missing": "usage_point_id parameter is required.",
    "prm_length": "usage_point_id parameter must be 14 digits long.",
    "start_missing": "Start date parameter is required.",
    "end_missing": "End date parameter is required.",
    "date_format": "Start date parameter must be in the format yyyy-mm-dd.",
    "end_date_format": "End date parameter must be in the format yyyy-mm-dd.",
}
_NOT_HOLDER = "Le client n'est pas titulaire du point demandé."
_NO_CONSENT = "No consent can be found for this customer and this usage point."
_ACTIVATION = (
    "La demande ne peut pas aboutir, la période demandée est antérieure à la date de dernière mise en service du point."
)
_NOT_SUBSCRIBED = "User is NOT authorized to access the Resource. API Subscription validation failed."
_BAD_TOKEN = "Invalid Credentials. Make sure you have provided the correct security credentials"  # noqa: S105 - a sentence
_NO_MEASURE = "no measure found for this usage point"
_TECHNICAL = "Technical error. Please try later."
CATALOGUE: Mapping[str, tuple[int, Body]] = {
    **{name: (400, _build_adam_error("Invalid_request", text)) for name, text in _INVALID_REQUEST.items()},
    "ADAM-ERR0061": (400, _build_adam_error("ADAM-ERR0061", "Le demandeur n'est pas titulaire du point.")),
    "ADAM-ERR0069": (400, _build_adam_error("ADAM-ERR0069", "Le point ne mesure pas l'énergie dans le sens demandé.")),
    "ADAM-ERR0075": (
        400,
        _build_adam_error("ADAM-ERR0075", "Le client s'oppose à la collecte de sa courbe de charge."),
    ),
    "ADAM-ERR0123": (400, _build_adam_error("ADAM-ERR0123", _ACTIVATION)),
    "ADAM-ERR0125": (400, _build_adam_error("ADAM-ERR0125", "La période demandée dépasse la profondeur d'historique.")),
    "ADAM-DC-0016": (
        400,
        _build_adam_error("ADAM-DC-0016", "The requested period is older than the available history."),
    ),
    "ADAM-ERR0126": (400, _build_adam_error("ADAM-ERR0126", "La période demandée dépasse 7 jours.")),
    "ADAM-DC-0015": (400, _build_adam_error("ADAM-DC-0015", "The requested period cannot exceed 7 days.")),
    "ADAM-DC-0007": (400, _build_adam_error("ADAM-DC-0007", _NOT_HOLDER)),
    "ADAM-DC-0007-403": (403, _build_adam_error("ADAM-DC-0007", "The customer has moved out of this usage point.")),
    "ADAM-DC-0008": (403, _build_adam_error("ADAM-DC-0008", _NO_CONSENT)),
    "ADAM_DC_0008": (403, _build_adam_error("ADAM_DC_0008", _NO_CONSENT)),
    "ADAM-DC-0009": (403, _build_adam_error("ADAM-DC-0009", "The requested period begins before the consent.")),
    "unauthorized_user": (403, _build_adam_error("unauthorized_user", "The user is not authorized.")),
    "900908": (403, _build_wso2_error("900908", "Resource forbidden ", _NOT_SUBSCRIBED)),
    "900901": (401, {"fault": {"code": 900901, "message": "Invalid Credentials", "description": _BAD_TOKEN}}),
    "no_data_found": (404, _build_adam_error("no_data_found", _NO_MEASURE)),
    "no_data_found_uri": (404, {"error": "no_data_found", "error_description": _NO_MEASURE, "error_uri": ""}),
    "STM-ERR-0000014": (404, _build_adam_error("STM-ERR-0000014", "No measure.")),
    "STM-ERR-0000019": (404, _build_adam_error("STM-ERR-0000019", "No measure.")),
    "STM-ERR-0000020": (404, _build_adam_error("STM-ERR-0000020", "No measure.")),
    "400_code_message": (400, {"code": "400", "message": "La demande n'est pas conforme"}),
    "400_list": (400, [{"code": "400", "message": "La demande n'est pas conforme"}]),
    "401_code_message": (401, {"code": "401", "message": "Le jeton n'est pas valable"}),
    "404_code_message": (404, {"code": "404", "message": "Pas de mesure trouvée pour ce point"}),
    "403_code_message": (403, {"code": "403", "message": "Le client n'est pas titulaire du point demandé"}),
    "403_list": (403, [{"code": "403", "message": "Le client n'est pas titulaire du point demandé"}]),
    "429_code_message": (429, {"code": "429", "message": "SLA dépassé"}),
    "technical_error": (500, _build_adam_error("technical_error", _TECHNICAL)),
    "500_code_message": (500, {"code": "500", "message": "Problème technique dans l'interrogation du SI coeur"}),
    "500_text": (500, "Internal Server error"),
    "ADAM-DC-0500": (500, _build_adam_error("ADAM-DC-0500", _TECHNICAL)),
    "STM-ERR-0000001": (500, _build_adam_error("STM-ERR-0000001", _TECHNICAL)),
    "no_services": (400, _build_adam_error("Bad request", "Pas de services souscrits, le flux est stoppé.")),
    "invalid_request": (400, _build_adam_error("invalid_request", "A required parameter is missing.")),
    "invalid_grant": (400, _build_adam_error("invalid_grant", "The grant is not valid.")),
    "invalid_client": (401, {"error_description": "Client Authentication failed.", "error": "invalid_client"}),
    "503": (503, "<html><body><h1>503 Service Unavailable</h1></body></html>"),
    "404_page": (404, "<html><body>The requested URL was rejected.</body></html>"),
    "ADAM-ERR0155": (400, _build_adam_error("ADAM-ERR0155", "Le point n'existe pas.")),
    "ADAM-ERR0191": (
        400,
        _build_adam_error("ADAM-ERR0191", "Aucun service ACCES n'est ouvert sur la période demandée."),
    ),
    "unknown_code": (400, _build_adam_error("ADAM-ERR0999", "La demande ne peut pas aboutir.")),
    "500_nested": (500, {"error": {"code": 500, "message": "Une erreur interne est survenue"}}),
    "404_empty": (404, ""),
    "404_not_found": (404, {"code": "404", "type": "Status report", "message": "Not Found"}),
    "200_error_body": (200, _build_adam_error("technical_error", _TECHNICAL)),
    "200_nothing": (200, {}),
    "200_truncated": (200, '{"idPrm":"300010000000'),
    "200_empty": (200, ""),
}
_THROTTLED = {"429_q3": quota_3, "429_q4": quota_4, "900807": build_wrapped_refusal, "900804": build_unwrapped_refusal}


def list_names() -> list[str]:
    """What may be ordered."""
    return [*CATALOGUE, *_THROTTLED, *ALTERATIONS]


def build_refusal(name: str, now: datetime = EPOCH) -> Refusal:
    """The refusal of that name; KeyError when there is none. A throttled one ends with the hour of `now`."""
    if name in _THROTTLED:
        return _THROTTLED[name](next_hour(now))
    status, body = CATALOGUE[name]
    return Refusal(status, body)
