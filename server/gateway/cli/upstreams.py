"""Whether Enedis and RTE take the credentials, by really asking for a token."""

from gateway.enedis.errors import EnedisError
from gateway.enedis.errors import Meaning as EnedisMeaning
from gateway.rte.errors import Meaning as RteMeaning
from gateway.rte.errors import RteError
from gateway.runtime import Runtime

_DOWN = "does not answer now: check the network, and try again later"
_REFUSED = "does not take {names}: copy both again from {where}"


async def enedis_trouble(runtime: Runtime) -> str | None:
    """Return what is wrong with Enedis' credentials and how to mend it."""
    if not runtime.settings.enedis_client_id:
        return "ENEDIS_CLIENT_ID is not set: open an application on Enedis' Data Connect (https://datahub-enedis.fr)"
    try:
        await runtime.enedis.sign_in()
    except EnedisError as error:
        if error.meaning is EnedisMeaning.DOWN:
            return f"Enedis {_DOWN}"
        return "Enedis " + _REFUSED.format(
            names="ENEDIS_CLIENT_ID and ENEDIS_CLIENT_SECRET", where="https://datahub-enedis.fr"
        )
    return None


async def rte_trouble(runtime: Runtime) -> str | None:
    """Return what is wrong with RTE's credentials and how to mend it."""
    if runtime.rte is None:
        return "RTE_CLIENT_ID is not set: open an application on https://data.rte-france.com for Tempo and Ecowatt"
    try:
        await runtime.rte.sign_in()
    except RteError as error:
        if error.meaning is RteMeaning.DOWN:
            return f"RTE {_DOWN}"
        return "RTE " + _REFUSED.format(
            names="RTE_CLIENT_ID and RTE_CLIENT_SECRET", where="https://data.rte-france.com"
        )
    return None
