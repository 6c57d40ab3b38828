"""The door of the local web application: who may come in, with what, and what the browser may do with the answer.

The application listens on a loopback address only. A token, shown once in the address that opens the browser (after
``#``, which browsers do not send), is exchanged for a session cookie and is then void. Every request must name an
allowed host, must not come from another site, and must not be larger than the cap; what a page changes must also say
that it comes from a page of ours. Every answer carries headers under which the page runs only its own scripts and
styles, and nothing is stored by the browser.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any

from cofactor.errors import InputError, Problem
from cofactor.said import Said

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]
Headers = dict[str, str]

COOKIE = "cofactor"
LOGIN = "/login"
NO_SESSION = 401
TOKEN_BYTES = 32  # 256 bits, as Jupyter and Datasette use
MOST_BODY = 2 * 1024 * 1024  # bytes: far above any case file, far below what hurts (Datasette's cap)
LONGEST_LENGTH = 20  # digits of 64 bits
USUAL_PORT = 80
"""The port of ``http``, which browsers leave out of the address, and so of the host that they name."""
SESSION_SECONDS = 12 * 3600  # a working day
FOR_PROGRAMS = ("/api/", LOGIN)
"""Where programs may post, which say no origin. Whatever else changes something is asked for by a page."""
READS = ("GET", "HEAD", "OPTIONS")
OPEN_PATHS = ("/static/", "/favicon.ico")
"""Served without a session: the login page needs its script and style. They hold nothing of anybody."""
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = tuple(
    (name.encode(), value.encode())
    for name, value in {
        "content-security-policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "cache-control": "no-store",
    }.items()
)


def loopback(host: str) -> str:
    """The address to listen on, as browsers write it. Raises :class:`InputError` for any that others could reach."""
    name = host.strip("[]")
    if name == "localhost":
        return name
    try:
        found = ipaddress.ip_address(name)
        found = getattr(found, "ipv4_mapped", None) or found
        if found.is_loopback and not getattr(found, "scope_id", None):
            return str(found)
    except ValueError:
        pass
    do = Said("The studio serves this machine only; open it through an encrypted tunnel from elsewhere.")
    raise InputError([Problem("host", repr(host), ("127.0.0.1", "::1", "localhost"), do)])


def in_address(address: str) -> str:
    """An address as it stands in the address of a page."""
    return f"[{address}]" if ":" in address else address


@dataclass
class Keys:
    """The token that opens the door once, and the sessions it has opened. Kept in memory, gone with the process."""

    token: str | None = field(default_factory=lambda: secrets.token_urlsafe(TOKEN_BYTES), repr=False)
    sessions: set[str] = field(default_factory=set, repr=False)

    def exchange(self, offered: str) -> str | None:
        """A new session for the right token, which is void from then on; None for a wrong or used one."""
        if self.token is None or not hmac.compare_digest(self.token.encode(), offered.encode()):
            return None
        self.token = None
        session = secrets.token_urlsafe(TOKEN_BYTES)
        self.sessions.add(session)
        return session

    def known(self, offered: str) -> bool:
        """Whether a session is one of ours, compared in constant time."""
        same = [hmac.compare_digest(session.encode(), offered.encode()) for session in self.sessions]
        return True in same


@dataclass(frozen=True)
class Door:
    """ASGI middleware around an application that listens on ``port`` of ``address``."""

    app: Application
    keys: Keys
    port: int
    address: str = "127.0.0.1"

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no WebSocket: an unanswered one is refused by the server
        answer = _secured(send)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(scope, headers)
        if refusal is not None and refusal[0] == NO_SESSION and _is_reader(scope, headers):
            await _answer(answer, 303, "", [(b"location", LOGIN.encode())])
        elif refusal is not None:
            await _answer(answer, *refusal)
        elif scope["path"] == LOGIN and scope["method"] == "POST":
            await self._login(receive, answer)
        else:
            await self._pass(scope, receive, answer)

    def _refusal(self, scope: Message, headers: Headers) -> tuple[int, str] | None:
        """Why a request may not come in, or None."""
        if headers.get("host", "") not in self.hosts:
            return 403, "This host is not served here."
        origin = headers.get("origin")
        if origin is not None and origin not in {f"http://{host}" for host in self.hosts}:
            return 403, "Requests from other sites are refused."
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return 403, "Requests from other sites are refused."
        if not _fits(headers.get("content-length", "0")):
            return 413, f"At most {MOST_BODY:,} bytes."
        path = scope["path"]
        from_page = origin is not None or "sec-fetch-site" in headers
        if scope["method"] not in READS and not path.startswith(FOR_PROGRAMS) and not from_page:
            return 403, "Only pages of the studio may change this."
        if ".." in path.split("/") or "\\" in path or "\0" in path:
            return 404, "There is no such page."
        open_to_all = path == LOGIN or path.startswith(OPEN_PATHS)
        if not open_to_all and not self.keys.known(_session(headers)):
            return NO_SESSION, "Open the address that `cofactor serve` printed; it works once."
        return None

    @property
    def hosts(self) -> frozenset[str]:
        """Host headers that are ours: a name that merely resolves to this machine is another site's (DNS rebinding)."""
        names = {"127.0.0.1", "localhost", "[::1]", in_address(self.address)}
        short = names if self.port == USUAL_PORT else set()
        return frozenset({f"{name}:{self.port}" for name in names} | short)

    async def _login(self, receive: Receive, send: Send) -> None:
        body = await _body(receive, TOKEN_BYTES * 4)
        session = self.keys.exchange(body.decode("ascii", "replace")) if body is not None else None
        if session is None:
            await _answer(
                send, 401, "This address has been used or is not the one printed. Start `cofactor serve` again."
            )
            return
        cookie = f"{COOKIE}={session}; Path=/; HttpOnly; SameSite=Strict; Max-Age={SESSION_SECONDS}"
        await _answer(send, 204, "", [(b"set-cookie", cookie.encode())])

    async def _pass(self, scope: Message, receive: Receive, send: Send) -> None:
        """Hand the request on, counting what it sends: a length that was not announced is capped as well."""
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > MOST_BODY:
                raise _TooLargeError
            return message

        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, counted, watched)
        except _TooLargeError:
            if not started:
                await _answer(send, 413, f"At most {MOST_BODY:,} bytes.")


def _fits(length: str) -> bool:
    """Whether it is a number of bytes that the cap allows."""
    number = length.isascii() and length.isdecimal() and len(length) <= LONGEST_LENGTH
    return number and int(length) <= MOST_BODY


class _TooLargeError(Exception):
    """More bytes came than the cap allows."""


def _is_reader(scope: Message, headers: Headers) -> bool:
    """Whether a person follows a link, who is then told in a page how to come in."""
    return scope["method"] == "GET" and "text/html" in headers.get("accept", "")


def _session(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return "" if found is None else found.value


async def _body(receive: Receive, most: int) -> bytes | None:
    """The whole body, or None where it is longer than ``most``."""
    whole: bytes = b""
    while True:
        message = await receive()
        whole += message.get("body", b"")
        if len(whole) > most:
            return None
        if not message.get("more_body"):
            return whole


def _secured(send: Send) -> Send:
    """Add the security headers to every answer, in place of any of the same name."""
    ours = {name for name, _ in SECURITY_HEADERS} | {b"server"}

    async def secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [
                (name, value) for name, value in message.get("headers", []) if name.lower() not in ours | {b"server"}
            ]
            message["headers"] = [*kept, *SECURITY_HEADERS]
        await send(message)

    return secured


async def _answer(send: Send, status: int, text: str, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    body = text.encode()
    own = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*(headers or []), *own]})
    await send({"type": "http.response.body", "body": body})
