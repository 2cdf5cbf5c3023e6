"""The board's page, its files and its session: signing in and out."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from optimise.serve.access import COOKIE, Access, Tenant, same_site
from optimise.serve.bodies import refusals

__all__ = ["router"]

#: The built files, by the names that may be asked for, and what they are.
_BUILT = Path(__file__).parent / "board" / "built"
_FILES = {"board.js": "text/javascript", "board.css": "text/css", "licences.txt": "text/plain"}
#: Scripts, styles and calls of this service alone; no script within the page.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: Seconds that a session lasts: a long shift.
_LASTS = 13 * 3600

router = APIRouter(tags=["board"])
_REFUSED = refusals(400, 401, 403, 413, 422, 429)


class SignIn(BaseModel):
    """A token, in exchange for a session."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(max_length=200)


class Session(BaseModel):
    """Who is signed in; null where nobody is."""

    tenant: str | None


def _access(request: Request) -> Access:
    made: Access = request.app.state.access
    return made


@router.get("/", include_in_schema=False)
def home() -> RedirectResponse:
    """The board is the first page."""
    return RedirectResponse("board")


@router.get("/board", include_in_schema=False)
def page() -> FileResponse:
    """The board."""
    return FileResponse(_BUILT / "index.html", headers={"content-security-policy": _POLICY})


@router.get("/board/session")
def signed_in(request: Request) -> Session:
    """Who is signed in by the cookie that is sent."""
    found = _access(request).store.session(request.cookies.get(COOKIE, ""))
    return Session(tenant=None if found is None else found[0])


@router.post("/board/session", status_code=201, dependencies=[Depends(same_site)], responses=_REFUSED)
def sign_in(request: Request, response: Response, body: SignIn) -> Session:
    """Begin a session: the answer sets a cookie that scripts cannot read. Needs the header `x-wardwise-board: 1`."""
    access = _access(request)
    tenant = access.tenant(body.token)
    secret = access.store.open_session(body.token, _LASTS)
    if secret is None:
        raise HTTPException(401, "the token counts no more")
    access.store.note(tenant, "sign-in", "", 201)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, secret, max_age=_LASTS, httponly=True, samesite="strict", secure=secure)
    return Session(tenant=tenant)


@router.delete("/board/session", status_code=204, dependencies=[Depends(same_site)], responses=refusals(401, 403, 429))
def sign_out(request: Request, tenant: Tenant) -> Response:
    """End the session of the cookie."""
    access = _access(request)
    secret = request.cookies.get(COOKIE, "")
    access.store.close_session(secret)
    access.forget(secret)
    access.store.note(tenant, "sign-out", "", 204)
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


@router.get("/board/{name}", include_in_schema=False)
def built(name: str) -> FileResponse:
    """A file of the board."""
    if name not in _FILES:
        raise HTTPException(404, "no such file")
    return FileResponse(_BUILT / name, media_type=_FILES[name])
