"""The contract and address of a usage point, as the API writes them."""

from typing import Self

from gateway.kit.wire import Utc
from gateway.usage_points.contract import Contract, ContractTerms


class ContractView(ContractTerms):
    """The contract, and when it was fetched from Enedis (`as_of`)."""

    as_of: Utc | None

    @classmethod
    def of(cls, contract: Contract) -> Self:
        """Show a contract."""
        return cls.model_validate({**dict(contract), "as_of": contract.told_at})
