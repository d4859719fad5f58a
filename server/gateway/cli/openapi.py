"""`gateway openapi`."""

import json

from gateway.app import create_app
from gateway.settings import Settings


def openapi() -> None:
    """Print the OpenAPI document that is checked in as server/openapi.json."""
    # the document depends on no setting: any well-formed ones do
    app = create_app(Settings.model_construct())
    print(json.dumps(app.openapi(), indent=2, ensure_ascii=False))
