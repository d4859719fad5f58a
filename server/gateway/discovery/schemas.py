"""Request and response bodies for the proof."""

from pydantic import BaseModel, ConfigDict, Field


class ProofRequest(BaseModel):
    """A nonce that the client never used before, and the base URL to which it is about to send its secret."""

    model_config = ConfigDict(extra="forbid")

    nonce: str = Field(pattern="^[0-9a-f]{32,128}$")
    address: str = Field(min_length=1, max_length=300)


class Proof(BaseModel):
    """An HMAC-SHA256 in hexadecimal.

    The key is the SHA-256 of the client's secret. The message has five lines, separated by line feeds:
    "MyElectricalData proof 1", the gateway's instance id, the client's id, the nonce, the address.
    """

    proof: str
