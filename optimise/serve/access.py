"""Who asks: bearer tokens, the pace of each, and a line in the audit log for what changes anything."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from optimise.serve.store import Store, digest_of

__all__ = ["Access", "Tenant"]

_BEARER = HTTPBearer(auto_error=False, description="A token of `wardwise serve --new-token TENANT`.")


class Access:
    """Tells tenants by their tokens and holds them to their rate.

    Parameters
    ----------
    store : Store
    rate : str
        Requests of one token, for example ``"1200/minute"``.
    """

    def __init__(self, store: Store, rate: str) -> None:
        self.store, self._rate = store, parse(rate)
        self._pace = MovingWindowRateLimiter(MemoryStorage())

    def tenant(self, token: str | None) -> str:
        """Whose token it is.

        Parameters
        ----------
        token : str or None
            None where none was sent.

        Returns
        -------
        str
            The tenant.

        Raises
        ------
        HTTPException
            401 for no token or an unknown one, 429 where it asks too often.
        """
        if token is not None and not self._pace.hit(self._rate, digest_of(token)):
            raise HTTPException(429, f"more than {self._rate} requests", headers={"retry-after": "10"})
        owner = None if token is None else self.store.tenant_of(token)
        if owner is None:
            raise HTTPException(401, "a valid bearer token is needed", headers={"www-authenticate": "Bearer"})
        return owner


def _tenant(request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]) -> str:
    access: Access = request.app.state.access
    return access.tenant(None if sent is None else sent.credentials)


#: A parameter of this type is the tenant who asks.
Tenant = Annotated[str, Depends(_tenant)]
