"""Imports the modules of Microsoft's SDK that warn of themselves, once and with those warnings left aside."""

import warnings
from importlib import import_module

import pytest

_SELF_CRITICAL = (
    "kiota_abstractions.default_query_parameters",
    "msgraph.generated.users.item.calendar_view.calendar_view_request_builder",
    "msgraph.generated.users.item.calendar_view.delta.delta_request_builder",
    "msgraph.generated.users.users_request_builder",
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    for _name in _SELF_CRITICAL:
        import_module(_name)

SDK_WARNS = pytest.mark.filterwarnings("ignore:This class is deprecated:DeprecationWarning")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The SDK imports more of itself, and warns again, while it is used."""
    for item in items:
        if item.path.name.startswith("test_office_sdk"):
            item.add_marker(SDK_WARNS)
