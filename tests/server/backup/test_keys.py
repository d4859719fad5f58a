"""ENCRYPTION_KEYS changes without a loss, whenever it is interrupted, and while the gateway runs."""

from typing import Any

import pytest

from gateway.accounts import service as accounts
from gateway.keys import rotation as keys
from gateway.kit.crypto import Keyring
from gateway.settings import Settings
from tests.server.backup.conftest import Command, build_environment
from tests.server.conftest import SetClock, run_gateway
from tests.server.killing import kill_half_way

PRM = "30001000000001"

_STOPS_HALF_WAY = """
import time
from gateway.cli.runtime import with_runtime
from gateway.keys import rotation

async def work(runtime):
    rotation._AT_ONCE = 10
    steps = 0
    async for step in rotation.rotate_keys(runtime.database, runtime.keyring):
        steps += 1
        if steps == 3:
            print("half-way", flush=True)
            time.sleep(3600)

with_runtime(work)
"""


@pytest.fixture
def generate_random_key() -> str:
    return Keyring.generate_key("k2")


def with_keys(settings: Settings, text: str) -> Settings:
    return settings.model_copy(update={"encryption_keys": type(settings.encryption_keys)(text)})


@pytest.fixture
def both_keys(settings: Settings, generate_random_key: str) -> str:
    return f"{generate_random_key},{settings.encryption_keys.get_secret_value()}"


async def add_accounts(settings: Settings, clock: SetClock, count: int) -> str:
    """Make accounts, one of them with a meter; return the meter's public id."""
    async with run_gateway(settings, clock) as gateway:
        async with gateway.runtime.database.write() as session:
            for number in range(count):
                email = f"{number}@example.org"
                await accounts.find_or_create_account(session, gateway.runtime.keyring, email, clock.now())
        return await gateway.add_meter(PRM)


async def read_as_owner(settings: Settings, clock: SetClock) -> Any:
    """What the owner of the meter is shown of it, by a gateway with these settings."""
    async with run_gateway(settings, clock) as gateway:
        return await gateway.get("/v1/usage-points", await gateway.sign_in())


async def test_the_old_key_can_go_afterwards(
    settings: Settings, clock: SetClock, run_command: Command, generate_random_key: str, both_keys: str
) -> None:
    point = await add_accounts(settings, clock, 3)
    ended = await run_command("keys", "rotate", ENCRYPTION_KEYS=both_keys)
    assert ended.status == 0, ended.complained
    assert "5 keys were encrypted again with k2; 0 still need another key" in ended.said
    assert "Nothing in the database needs k1 any more" in ended.said
    again = await run_command("keys", "rotate", ENCRYPTION_KEYS=both_keys)
    assert "0 keys were encrypted again" in again.said
    items = (await read_as_owner(with_keys(settings, generate_random_key), clock))["items"]
    assert [item["id"] for item in items] == [point], "the key behind the public ids is the same"
    assert items[0]["masked_number"].endswith(PRM[-4:])


async def test_killed_half_way_everything_opens_and_the_next_run_ends_it(
    settings: Settings, clock: SetClock, run_command: Command, generate_random_key: str, both_keys: str
) -> None:
    await add_accounts(settings, clock, 60)
    await kill_half_way(_STOPS_HALF_WAY, env=build_environment(settings, ENCRYPTION_KEYS=both_keys))
    async with run_gateway(with_keys(settings, both_keys), clock) as gateway:
        left = await keys.count_outdated_keys(gateway.runtime.database, gateway.runtime.keyring)
        assert 0 < left < 61
        assert len((await gateway.get("/v1/usage-points", await gateway.sign_in()))["items"]) == 1
    ended = await run_command("keys", "rotate", ENCRYPTION_KEYS=both_keys)
    assert f"{left} keys were encrypted again" in ended.said, ended.complained
    assert len((await read_as_owner(with_keys(settings, generate_random_key), clock))["items"]) == 1


async def test_a_gateway_that_knows_both_keys_works_on(
    settings: Settings, clock: SetClock, run_command: Command, both_keys: str
) -> None:
    await add_accounts(settings, clock, 3)
    async with run_gateway(with_keys(settings, both_keys), clock) as gateway:
        who = await gateway.sign_in()
        ended = await run_command("keys", "rotate", ENCRYPTION_KEYS=both_keys)
        assert ended.status == 0, ended.complained
        assert len((await gateway.get("/v1/usage-points", who))["items"]) == 1
        other = await gateway.sign_in("later@example.org")
        assert (await gateway.get("/v1/usage-points", other))["items"] == []


async def test_a_key_that_is_needed_and_missing_is_said_and_nothing_changes(
    settings: Settings, clock: SetClock, run_command: Command, generate_random_key: str
) -> None:
    await add_accounts(settings, clock, 1)
    ended = await run_command("keys", "rotate", ENCRYPTION_KEYS=generate_random_key)
    assert ended.status == 1
    assert "Add the older keys after the new one" in ended.complained
    assert len((await read_as_owner(settings, clock))["items"]) == 1


async def test_a_new_key_can_have_a_name_of_its_own(run_command: Command) -> None:
    made = await run_command("keys", "new", "--name", "k7")
    assert Keyring.parse_keyring(made.said.strip()).newest_name == "k7"
    assert (await run_command("keys", "new", "--name", "k 7")).status == 2
