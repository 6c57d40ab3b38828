"""``cofactor serve``: the studio and the REST API on this machine, behind their door."""

from __future__ import annotations

from threading import Thread

import click

from cofactor.faces.shared import common, print_json, say

LAST_SECONDS = 2
"""What is being computed when the server is stopped may take so long to end by itself."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address; no other is taken.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True, help="Port.")  # 16 bits
@click.option(
    "--browser/--no-browser",
    default=True,
    show_default=True,
    help="Open the studio in the browser (never with --json).",
)
@common
def command(host: str, port: int, browser: bool, lang: str, as_json: bool, quiet: bool) -> None:
    """Open the studio in the browser: clients, their cases, plans and reports, on this machine only.

    The address that is printed opens one session: its part after # is a token that works once. Programs use the same
    server: POST the token to /login, keep the cookie; /api/openapi.json describes every address. Nothing of a case is
    logged. Ctrl-C stops it.
    """
    import webbrowser

    import uvicorn

    from cofactor.faces.door import Door, Keys, in_address, loopback
    from cofactor.faces.listen import listen, server
    from cofactor.faces.studio.app import create_studio
    from cofactor.report.text import Text

    listening, keys = listen(loopback(host), port), Keys()
    address = loopback(listening.getsockname()[0])  # this machine may call any address localhost
    url = f"http://{in_address(address)}:{port}"
    opening = f"{url}/login#{keys.token}"
    if as_json:
        print_json({"url": url, "token": keys.token})
    elif not quiet:
        say(Text(lang)("serve.started", url=url, opening=opening))
    # No access log: addresses and bodies of requests are nobody's business.
    studio = create_studio(lang)
    config = uvicorn.Config(
        Door(studio, keys, port, address),
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=LAST_SECONDS,
    )
    show = Thread(target=webbrowser.open, args=(opening,), daemon=True)  # a browser may keep whoever opens it
    opened = show.start if browser and not as_json else bool
    server(config, opened, studio.state.bench.close).run(sockets=[listening])
