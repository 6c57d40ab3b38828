"""``cofactor serve``: the REST API on this machine, behind its door."""

from __future__ import annotations

import click

from cofactor.faces.shared import common, print_json

HIGHEST_PORT = 65_535
"""Ports have 16 bits."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address; no other is taken.")
@click.option("--port", type=click.IntRange(1, HIGHEST_PORT), default=8000, show_default=True, help="Port.")
@common
def command(host: str, port: int, lang: str, as_json: bool, quiet: bool) -> None:
    """Answer check, status, forecast, plan and food search over HTTP, for programs on this machine only.

    Prints a token that opens one session: POST it to /login and keep the cookie. Nothing is stored and nothing of a
    case is logged. /api/openapi.json describes every address. Ctrl-C stops it.
    """
    import uvicorn

    from cofactor.faces.api import create_api
    from cofactor.faces.door import Door, Keys, loopback
    from cofactor.report.text import Text

    address, keys = loopback(host), Keys()
    url = f"http://{'[' + address + ']' if ':' in address else address}:{port}"
    if as_json:
        print_json({"url": url, "token": keys.token})
    elif not quiet:
        click.echo(Text(lang)("serve.started", url=url, token=str(keys.token)))
    # No access log: addresses and bodies of requests are nobody's business.
    uvicorn.run(Door(create_api(), keys, port), host=address, port=port, access_log=False, log_level="warning")
