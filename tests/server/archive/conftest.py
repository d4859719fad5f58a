from tests.server.archive.stand_in import asked  # noqa: F401 - a fixture
