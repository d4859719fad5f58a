"""`/v1/usage-points/{id}/imports`: years from before, out of a file."""

import re
from email.message import Message
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request

from gateway.accounts.dependencies import CallerDep
from gateway.dependencies import OUR_ID, PointId, part
from gateway.domain.direction import Direction
from gateway.imports.files import LARGEST_FILE
from gateway.imports.schemas import ImportList, UploadedFile
from gateway.imports.service import ImportService
from gateway.problems import describe_responses
from gateway.quotas.dependencies import enforce_quota

__all__ = ["LARGEST_FILE", "UPLOAD_PATH", "router"]

UPLOAD_PATH = re.compile(r"/v1/usage-points/[a-z0-9]{16}/imports")
_FILE = {
    "requestBody": {
        "required": True,
        "description": "The file itself, up to 20 MB",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}

ImportsDep = Annotated[ImportService, Depends(part(ImportService))]
ImportId = Annotated[str, Path(pattern=OUR_ID)]

router = APIRouter(
    tags=["readings"],
    prefix="/imports",
    responses=describe_responses(400, 401, 404, 409, 413, 422, 429, 503),
    dependencies=[Depends(enforce_quota)],
)


@router.post("", status_code=201, openapi_extra=_FILE)
async def preview_import(
    request: Request,
    imports: ImportsDep,
    caller: CallerDep,
    point_id: PointId,
    direction: Annotated[Direction, Query(description="The direction, if the file does not say")] = (
        Direction.CONSUMPTION
    ),
    content_disposition: Annotated[
        str | None,
        Header(description="The file's name, as `attachment; filename=…`: some files name their meter only there"),
    ] = None,
) -> UploadedFile:
    """Read a file from Enedis, EDF, SGE, Conso Downloader or this gateway, and show what it would add.

    Nothing is used before the file is accepted. An earlier file that was not accepted is deleted.
    """
    content = bytearray()
    async for some in request.stream():
        content += some
    name = _read_file_name(content_disposition)
    return await imports.preview_file(caller.account_id, point_id, bytes(content), name, direction)


@router.get("")
async def list_imports(imports: ImportsDep, caller: CallerDep, point_id: PointId) -> ImportList:
    """List the files of a usage point, newest first."""
    return ImportList(items=await imports.list_files(caller.account_id, point_id))


@router.post("/{import_id}/accept")
async def accept_import(imports: ImportsDep, caller: CallerDep, point_id: PointId, import_id: ImportId) -> UploadedFile:
    """Accept a file, so that its readings are used. Readings from Enedis, present or future, take precedence."""
    return await imports.accept_file(caller.account_id, point_id, import_id)


@router.delete("/{import_id}", status_code=204)
async def take_back_import(imports: ImportsDep, caller: CallerDep, point_id: PointId, import_id: ImportId) -> None:
    """Delete the readings of a file, whether it was accepted or not."""
    await imports.take_back_file(caller.account_id, point_id, import_id)


def _read_file_name(content_disposition: str | None) -> str:
    header = Message()
    header["Content-Disposition"] = (content_disposition or "").replace("\r", "").replace("\n", "")
    return header.get_filename() or ""
