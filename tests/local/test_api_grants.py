"""Contract of local/emulator/repairs/api_grants.py."""

from dataclasses import replace

import pytest

from tests.local.doors import any_api, any_pool, tokens_of
from tests.local.workbench import Workbench


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("*/*", 200),
        ("$default/GET/me", 200),
        ("$default/POST/me", 500),
        ("*/*/images", 500),
        (None, 500),
    ],
)
def test_a_function_is_called_by_the_routes_that_it_lets_in(
    bench: Workbench, source: str | None, status: int
) -> None:
    pool = any_pool(bench)
    api = any_api(bench, pool, source=source)

    answer = replace(api, token=tokens_of(bench, pool)["IdToken"]).get("/me")

    assert answer.status == status


def test_a_route_s_wildcard_covers_line_breaks(bench: Workbench) -> None:
    pool = any_pool(bench)
    api = any_api(bench, pool, source="*/GET/of/*")

    answer = replace(api, token=tokens_of(bench, pool)["IdToken"]).get("/of/a%0Ab")

    assert answer.status == 200
