"""The account and region of the request at hand, by which ministack keys its state."""

from collections.abc import Iterator
from contextlib import contextmanager

from ministack.services import lambda_svc


@contextmanager
def request_scope(account: str, region: str) -> Iterator[None]:
    """Act as if within a request, on a thread that serves none."""
    account_token = lambda_svc._request_account_id.set(account)
    region_token = lambda_svc._request_region.set(region)
    try:
        yield
    finally:
        lambda_svc._request_account_id.reset(account_token)
        lambda_svc._request_region.reset(region_token)
