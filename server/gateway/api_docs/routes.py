"""`GET /docs`."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from gateway.api_docs.document import group_by_tag, list_schemas
from gateway.pages import render_page

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def show_docs(request: Request) -> HTMLResponse:
    """Return the OpenAPI document as an HTML page."""
    document = request.app.openapi()
    servers = document.get("servers", [])
    return render_page(
        request,
        "api_docs.html",
        policy="; connect-src 'self'",  # Lighthouse reads robots.txt from within the page
        title=document["info"]["title"],
        version=document["info"]["version"],
        description=document["info"]["description"],
        prefix=servers[0]["url"] if servers else "",
        tags=group_by_tag(document),
        schemas=list_schemas(document),
    )
