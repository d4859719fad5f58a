"""`gateway openapi`."""

import json

from gateway.settings import Settings


def openapi() -> None:
    """Print the OpenAPI document that is checked in as server/openapi.json."""
    # imported here: every route and its dependencies would be a third of the start-up time of every command
    from gateway.app import create_app  # noqa: PLC0415

    # the document does not depend on settings, so defaults will do
    app = create_app(Settings.model_construct())
    print(json.dumps(app.openapi(), indent=2, ensure_ascii=False))
