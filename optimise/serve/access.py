"""Who asks: bearer tokens, sessions of the board, the pace of each.

A program sends its token with each call. The board sends it once and gets a session: a cookie that scripts cannot read
and that no other site can send. As a second lock, calls by cookie that change anything carry a header of ours, which
pages of other sites cannot add.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from optimise.serve.store import Store, digest_of

__all__ = ["COOKIE", "Access", "Tenant", "same_site"]

#: Name of the cookie of a session, and of the header that calls by cookie carry.
COOKIE, _HEADER = "wardwise-session", "x-wardwise-board"
#: Seconds for which who asks is known without another look into the database: so long a revoked token may still work.
_FRESH = 1.0
#: Tokens and sessions that are known so.
_MOST = 10_000
#: Calls that change nothing.
_LOOKS = frozenset({"GET", "HEAD", "OPTIONS"})

_BEARER = HTTPBearer(auto_error=False, description="A token of `wardwise serve --new-token TENANT`.")
_SESSION = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    description=f"A session of the board. Calls that change anything also need the header `{_HEADER}: 1`.",
)


@dataclass(frozen=True, slots=True)
class _Known:
    """Who asks, whose pace counts, and until when no other look is needed."""

    tenant: str
    pace: str
    until: float


class Access:
    """Tells tenants by their tokens and sessions and holds them to their rate.

    Parameters
    ----------
    store : Store
    rate : str
        Requests of one token, for example ``"1200/minute"``.
    """

    def __init__(self, store: Store, rate: str) -> None:
        self.store, self._rate = store, parse(rate)
        self._pace = MovingWindowRateLimiter(MemoryStorage())
        self._known: dict[tuple[bool, str], _Known] = {}

    def known(self, secret: str, *, session: bool) -> str | None:
        """Who asks, where that was looked up within the last second: without the database.

        Parameters
        ----------
        secret : str
            A token, or what the cookie of a ``session`` holds.
        session : bool

        Returns
        -------
        str or None
            The tenant; None where the database has to be asked (:meth:`tenant`, :meth:`guest`).

        Raises
        ------
        HTTPException
            429 where it asks too often.
        """
        found = self._known.get((session, digest_of(secret)))
        if found is None or time.monotonic() >= found.until:
            return None
        self._paced(found.pace)
        return found.tenant

    def _remember(self, secret: str, tenant: str, pace: str, *, session: bool) -> None:
        if len(self._known) >= _MOST:
            self._known = {}
        self._known[session, digest_of(secret)] = _Known(tenant, pace, time.monotonic() + _FRESH)

    def forget(self, secret: str) -> None:
        """A session is over at once.

        Parameters
        ----------
        secret : str
        """
        self._known.pop((True, digest_of(secret)), None)

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
        if token is not None:
            self._paced(digest_of(token))
            if (owner := self.store.tenant_of(token)) is not None:
                self._remember(token, owner, digest_of(token), session=False)
                return owner
        raise HTTPException(401, "a valid bearer token is needed", headers={"www-authenticate": "Bearer"})

    def guest(self, secret: str) -> str:
        """Whose session it is; its calls count as calls of the token that opened it.

        Parameters
        ----------
        secret : str
            What the cookie holds.

        Returns
        -------
        str
            The tenant.

        Raises
        ------
        HTTPException
            401 for a session that has ended, 429 where its token asks too often.
        """
        found = self.store.session(secret)
        if found is None:
            raise HTTPException(401, "the session has ended; sign in again", headers={"www-authenticate": "Bearer"})
        self._paced(found[1])
        self._remember(secret, *found, session=True)
        return found[0]

    def owner(self, request: Request) -> str | None:
        """Who asks by what a request carries, now; it does not count as another call.

        Parameters
        ----------
        request : Request
            One that was let in, perhaps long ago.

        Returns
        -------
        str or None
            The tenant; None where the token is revoked or the session has ended.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.store.tenant_of(token.strip())
        found = self.store.session(request.cookies.get(COOKIE, ""))
        return None if found is None else found[0]

    def _paced(self, digest: str) -> None:
        if not self._pace.hit(self._rate, digest):
            raise HTTPException(429, f"more than {self._rate} requests", headers={"retry-after": "10"})


def same_site(request: Request) -> None:
    """Refuse what a page of another site could have sent.

    Parameters
    ----------
    request : Request

    Raises
    ------
    HTTPException
        403 without the header of the board.
    """
    if request.method not in _LOOKS and request.headers.get(_HEADER) != "1":
        raise HTTPException(403, f"the header {_HEADER}: 1 is needed")


async def _tenant(
    request: Request,
    sent: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    secret: Annotated[str | None, Security(_SESSION)],
) -> str:
    access: Access = request.app.state.access
    if sent is None and secret:
        same_site(request)
        known = access.known(secret, session=True)
        return known if known is not None else await run_in_threadpool(access.guest, secret)
    token = None if sent is None else sent.credentials
    known = None if token is None else access.known(token, session=False)
    return known if known is not None else await run_in_threadpool(access.tenant, token)


#: A parameter of this type is the tenant who asks.
Tenant = Annotated[str, Depends(_tenant)]
