from tests.server.metering.stand_in import scripted_home  # noqa: F401 - a fixture
