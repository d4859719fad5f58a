from tests.server.signals import house as empty_house  # noqa: F401 - fixtures
from tests.server.signals import settled_house as house  # noqa: F401 - a fixture of all tests here
