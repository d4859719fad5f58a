"""`/v1/reading-tokens`: long-lived, read-only tokens."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from gateway.accounts import reading_tokens
from gateway.accounts.dependencies import AccountDep, AccountPartsDep
from gateway.accounts.reading_tokens import LegacyTokenWriter
from gateway.accounts.schemas import NewReadingToken, ReadingTokenRequest, ReadingTokens, ReadingTokenView
from gateway.dependencies import OUR_ID, part
from gateway.problems import describe_responses

router = APIRouter(tags=["API clients"], prefix="/reading-tokens", responses=describe_responses(400, 401, 403, 422))

type TokenId = Annotated[str, Path(pattern=OUR_ID)]
LegacyWriterDep = Annotated[LegacyTokenWriter, Depends(part(LegacyTokenWriter))]


@router.post("", status_code=201, responses=describe_responses(409, 413))
async def create_reading_token(
    parts: AccountPartsDep, legacy_writer: LegacyWriterDep, account: AccountDep, body: ReadingTokenRequest
) -> NewReadingToken:
    """Create a read-only token, which is valid until it is revoked. It is shown only once."""
    token, text = await reading_tokens.create_token(parts, legacy_writer, account, body.name.strip(), body.kind)
    return NewReadingToken(id=token.id, name=token.name, kind=token.kind, token=text)


@router.get("")
async def list_reading_tokens(parts: AccountPartsDep, account: AccountDep) -> ReadingTokens:
    """List the account's read-only tokens, oldest first."""
    found = await reading_tokens.list_tokens(parts, account.id)
    return ReadingTokens(items=[ReadingTokenView.model_validate(token, from_attributes=True) for token in found])


@router.delete("/{token_id}", status_code=204, responses=describe_responses(404))
async def revoke_reading_token(parts: AccountPartsDep, account: AccountDep, token_id: TokenId) -> None:
    """Revoke a read-only token. It ends at once."""
    await reading_tokens.revoke_token(parts, account.id, token_id)
