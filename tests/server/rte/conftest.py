from tests.server.signals import house  # noqa: F401 - a fixture
