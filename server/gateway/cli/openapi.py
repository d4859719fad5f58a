"""`gateway openapi`."""

import json

from gateway.settings import Settings


def openapi() -> None:
    """Print the OpenAPI document that is checked in as server/openapi.json."""
    # loads every route and its dependencies, which would slow down the start of all commands by a third
    from gateway.app import create_app  # noqa: PLC0415

    # the document does not depend on settings, so defaults will do
    app = create_app(Settings.model_construct())
    print(json.dumps(app.openapi(), indent=2, ensure_ascii=False))
