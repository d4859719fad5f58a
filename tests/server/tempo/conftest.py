from signals import house as empty_house  # noqa: F401 - fixtures
from signals import settled_house as house  # noqa: F401
