"""`GET /docs`."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from gateway.api_docs.document import by_tag, schemas
from gateway.pages import render

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Show the OpenAPI document."""
    document = request.app.openapi()
    servers = document.get("servers", [])
    return render(
        request,
        "api_docs.html",
        title=document["info"]["title"],
        version=document["info"]["version"],
        description=document["info"]["description"],
        prefix=servers[0]["url"] if servers else "",
        tags=by_tag(document),
        schemas=schemas(document),
    )
