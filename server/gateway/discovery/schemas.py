"""The proof on the wire."""

from pydantic import BaseModel, ConfigDict, Field


class ProofRequest(BaseModel):
    """A nonce of the client's, never used before, and the base address that it is about to send its secret to."""

    model_config = ConfigDict(extra="forbid")

    nonce: str = Field(pattern="^[0-9a-f]{32,128}$")
    address: str = Field(min_length=1, max_length=300)


class Proof(BaseModel):
    """HMAC-SHA256, in hexadecimal.

    Its key is the SHA-256 of the client's secret. Its message is these five, each but the last followed by a line feed:
    "MyElectricalData proof 1", the gateway's instance id, the client's id, the nonce, the address.
    """

    proof: str
