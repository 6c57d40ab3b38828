"""The local door: forty ways in, of which only the owner's works. No server is needed: it is an ASGI application."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import socket

import pytest

from cofactor.errors import InputError
from cofactor.faces.door import COOKIE, MOST_BODY, SECURITY_HEADERS, Door, Keys, loopback
from cofactor.faces.listen import listen
from cofactor.report.refusals import told

PORT = 8123
HOST = f"127.0.0.1:{PORT}"
OURS = f"http://{HOST}"


async def inside(scope, receive, send):
    """An application behind the door: it reads the whole body and says where it was asked."""
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    body = b"inside " + scope["path"].encode()
    headers = [(b"content-type", b"text/plain"), (b"server", b"secret/1.0"), (b"cache-control", b"public")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Answer:
    def __init__(self, messages):
        start = next(m for m in messages if m["type"] == "http.response.start")
        self.status = start["status"]
        self.headers = {k.decode().lower(): v.decode() for k, v in start["headers"]}
        self.body = b"".join(m.get("body", b"") for m in messages if m["type"] == "http.response.body")


def ask(door, path="/", method="GET", body=b"", parts=None, **headers):
    """One request; header names with underscores. ``parts`` sends a body of unannounced length."""
    named = {"host": HOST, **{k.replace("_", "-"): v for k, v in headers.items()}}
    if parts is None:
        named.setdefault("content-length", str(len(body)))
    raw = [(k.encode(), v.encode("latin-1")) for k, v in named.items() if v is not None]
    scope = {"type": "http", "path": path, "method": method, "headers": raw, "query_string": b""}
    waiting = list(parts) if parts is not None else [body]
    sent = []

    async def receive():
        part = waiting.pop(0) if waiting else b""
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    async def send(message):
        sent.append(message)

    asyncio.run(door(scope, receive, send))
    return Answer(sent)


@pytest.fixture
def door():
    return Door(inside, Keys(), PORT)


@pytest.fixture
def session(door):
    """The owner's cookie."""
    answer = ask(door, "/login", "POST", door.keys.token.encode())
    return re.match(rf"{COOKIE}=([^;]+)", answer.headers["set-cookie"])[0]


# --- the token


def test_the_token_has_256_bits_and_is_new_each_time():
    tokens = {Keys().token for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(t) >= 43 for t in tokens)  # 32 bytes in base64


def test_the_right_token_opens_and_only_once(door):
    token = door.keys.token.encode()
    assert ask(door, "/login", "POST", token).status == 204
    assert ask(door, "/login", "POST", token).status == 401


@pytest.mark.parametrize("token", [b"", b"x", b"\xff\xfe", b"a" * 43, b"a" * 10_000])
def test_a_wrong_token_opens_nothing_and_voids_nothing(door, token):
    answer = ask(door, "/login", "POST", token)
    assert answer.status == 401
    assert "set-cookie" not in answer.headers
    assert ask(door, "/login", "POST", door.keys.token.encode()).status == 204


def test_the_token_stands_in_no_answer_and_in_no_repr(door, session):
    token = "a-token-to-look-for"
    door.keys.token = token
    assert token not in repr(door)
    for path in ("/", "/login", "/api/health", "/static/login.js"):
        answer = ask(door, path, cookie=session)
        assert token.encode() not in answer.body
        assert token not in str(answer.headers)


# --- the session


def test_without_a_session_nothing_is_served(door):
    for path in ("/", "/api/plan", "/api/openapi.json", "/docs"):
        assert ask(door, path).status == 401


def test_with_the_session_the_application_answers(door, session):
    answer = ask(door, "/case", cookie=session)
    assert (answer.status, answer.body) == (200, b"inside /case")


@pytest.mark.parametrize(
    "cookie", ["cofactor=", "cofactor=x", "other=1", "cofactor=a; cofactor=b", "\x01=;;;", "é" * 50]
)
def test_a_wrong_cookie_is_no_session(door, session, cookie):
    assert session
    assert ask(door, "/", cookie=cookie).status == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(door):
    cookie = ask(door, "/login", "POST", door.keys.token.encode()).headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="):
        assert part in cookie
    assert "Domain" not in cookie


def test_script_and_style_of_the_login_page_need_no_session(door):
    assert ask(door, "/static/login.js").status == 200
    assert ask(door, "/login").status == 200


# --- host, origin, other sites


@pytest.mark.parametrize(
    "host",
    ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:80", f"localhost.evil.example:{PORT}", "", None],
)
def test_a_foreign_host_is_refused(door, session, host):
    assert ask(door, "/", host=host, cookie=session).status == 403


@pytest.mark.parametrize("host", [HOST, f"localhost:{PORT}", f"[::1]:{PORT}"])
def test_our_own_names_are_served(door, session, host):
    assert ask(door, "/", host=host, cookie=session).status == 200


@pytest.mark.parametrize("address", ["127.0.0.2", "::1"])
def test_the_address_that_it_listens_on_is_served(address):
    there = Door(inside, Keys(), PORT, address)
    name = f"[{address}]" if ":" in address else address
    assert ask(there, "/login", host=f"{name}:{PORT}", origin=f"http://{name}:{PORT}").status == 200
    assert ask(there, "/login", host=f"127.0.0.3:{PORT}").status == 403


@pytest.mark.parametrize("host", ["127.0.0.2", "127.0.0.2:80", "localhost", "[::1]", "127.0.0.1:80"])
def test_browsers_leave_out_the_port_80(host):
    there = Door(inside, Keys(), 80, "127.0.0.2")
    assert ask(there, "/login", host=host, origin=f"http://{host}").status == 200
    assert ask(there, "/login", host="evil.example").status == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "https://127.0.0.1:8123", "null", "http://127.0.0.1:9999", ""]
)
def test_a_foreign_origin_is_refused(door, session, origin):
    assert ask(door, "/", "POST", origin=origin, cookie=session).status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_request_that_another_site_caused_is_refused(door, session, site):
    assert ask(door, "/", sec_fetch_site=site, cookie=session).status == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_requests_pass(door, session, site):
    assert ask(door, "/", sec_fetch_site=site, origin=f"http://{HOST}", cookie=session).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_what_changes_a_page_must_come_from_a_page(door, session, method):
    assert ask(door, "/case/x/save", method, cookie=session).status == 403
    assert ask(door, "/case/x/save", method, origin=OURS, cookie=session).status == 200
    assert ask(door, "/case/x/save", method, sec_fetch_site="same-origin", cookie=session).status == 200
    assert ask(door, "/api/plan", method, cookie=session).status == 200


def test_a_person_without_a_session_is_told_how_to_come_in(door):
    answer = ask(door, "/case/x", accept="text/html,*/*")
    assert (answer.status, answer.headers["location"], answer.body) == (303, "/login", b"")
    assert ask(door, "/case/x", "POST", accept="text/html", origin=OURS).status == 401


def test_login_from_another_site_is_refused_even_with_the_token(door):
    answer = ask(door, "/login", "POST", door.keys.token.encode(), origin="http://evil.example")
    assert answer.status == 403
    assert door.keys.token is not None


# --- sizes and paths


def test_an_announced_body_over_the_cap_is_refused(door, session):
    too_long = str(MOST_BODY + 1)
    assert ask(door, "/", "POST", content_length=too_long, origin=OURS, cookie=session).status == 413


def test_an_unannounced_body_over_the_cap_is_refused(door, session):
    parts = [b"x" * (MOST_BODY // 2)] * 3
    assert ask(door, "/", "POST", parts=parts, origin=OURS, cookie=session).status == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "many", "", "\xb2", "9" * 5000])
def test_a_length_that_is_no_number_is_refused(door, session, length):
    assert ask(door, "/", "POST", content_length=length, cookie=session).status == 413


@pytest.mark.parametrize("path", ["/static/../../etc/passwd", "/..", "/static/..\\x", "/static/\0"])
def test_no_path_leads_out(door, path):
    assert ask(door, path).status == 404


# --- what every answer carries


@pytest.mark.parametrize("path", ["/", "/login", "/static/../x"])
def test_every_answer_carries_the_security_headers_once(door, session, path):
    answer = ask(door, path, cookie=session)
    for name, value in SECURITY_HEADERS:
        assert answer.headers[name.decode()] == value.decode()
    assert "server" not in answer.headers


def test_the_policy_allows_no_inline_code_and_no_other_host():
    policy = dict(SECURITY_HEADERS)[b"content-security-policy"].decode()
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "default-src 'none'" in policy


# --- where it listens


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.10", "example.org", "", "::1%lo"])
def test_an_address_that_others_reach_is_refused(host):
    with pytest.raises(InputError) as refused:
        loopback(host)
    assert refused.value.problems[0].expected[0] == "127.0.0.1"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]", "localhost", "127.1.2.3"])
def test_a_loopback_address_is_taken(host):
    assert loopback(host) == host.strip("[]")


@pytest.mark.parametrize(
    ("host", "written"),
    [("0:0:0:0:0:0:0:1", "::1"), ("::ffff:127.0.0.1", "127.0.0.1"), ("[::ffff:7f00:2]", "127.0.0.2")],
)
def test_an_address_is_written_as_browsers_write_it(host, written):
    assert loopback(host) == written


def test_of_two_who_are_to_listen_the_second_is_told_before_anyone_connects():
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(InputError) as refused:
            listen("127.0.0.1", port)
        assert "which another program uses" in str(refused.value)
        socket.create_connection(("127.0.0.1", port), 5).close()


def test_an_address_that_this_machine_lacks_is_not_a_port_that_is_taken():
    with pytest.raises(InputError) as refused:
        listen("203.0.113.9", 8123)  # of documentation (RFC 5737), so nobody's
    (problem,) = refused.value.problems
    assert (problem.where, problem.got) == ("--host", "203.0.113.9 (Cannot assign requested address)")
    assert "cette machine n’a pas cette adresse" in told(str(problem), "fr")


@pytest.mark.parametrize(
    ("number", "where", "said"),
    [
        (errno.EACCES, "--port", "80 (Permission denied)"),
        (errno.EADDRINUSE, "--port", "80, which another program uses"),
        (errno.ENOBUFS, "--host", f"127.0.0.1 ({os.strerror(errno.ENOBUFS)})"),
    ],
)
def test_what_the_system_says_of_a_port_is_told(monkeypatch, number, where, said):
    closed = []

    class Refused(socket.socket):
        def bind(self, _address):
            raise OSError(number, os.strerror(number))

        def close(self):
            closed.append(self)
            super().close()

    monkeypatch.setattr("cofactor.faces.listen.socket.socket", Refused)
    with pytest.raises(InputError) as refused:
        listen("127.0.0.1", 80)
    (problem,) = refused.value.problems
    assert (problem.where, problem.got) == (where, said)
    assert closed


def test_a_machine_without_ipv6_is_told_so(monkeypatch):
    def none(*_):
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))

    monkeypatch.setattr("cofactor.faces.listen.socket.socket", none)
    with pytest.raises(InputError, match="--host: got ::1"):
        listen("::1", 8000)


def test_web_sockets_get_no_answer(door):
    sent = []

    async def go():
        async def receive():
            return {"type": "websocket.connect"}

        async def send(message):
            sent.append(message)

        await door({"type": "websocket", "path": "/", "headers": []}, receive, send)

    asyncio.run(go())
    assert sent == []
