from tests.server.metering.stand_in import asked  # noqa: F401 - a fixture
