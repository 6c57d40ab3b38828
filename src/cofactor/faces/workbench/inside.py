"""What runs in a child of the server: one trial, the validation, or one model of a user again and again.

It reads requests as lines of JSON and answers so. When the server is gone, so that no request can come any more, it
ends. A model's process has limits of memory and processor time from the system, which nothing in the model can raise.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cofactor.engine.generate import human
from cofactor.engine.llvm import kernel
from cofactor.engine.translate import read_antimony
from cofactor.engine.user_model import UserModel, given_model, is_sbml
from cofactor.errors import CofactorError, InputError, ModelError
from cofactor.faces.workbench.child import Message, Role
from cofactor.faces.workbench.models import Run
from cofactor.model.compose import compose
from cofactor.said import packed

MOST_MEMORY = 4 * 1024**3
"""Bytes of addresses that a model's process may hold: reading and compiling the human takes a third of it."""
MOST_SECONDS = 120
"""Seconds of processor time of a model's process: thousands of runs. The next one then takes its place."""
KINDNESS = 10
"""By how much a trial and the validation give way to whatever else runs on this machine (``nice``)."""
Tell = Callable[[Message], None]


def main() -> None:
    """Serve the role that the command line names."""
    role, tell = Role(sys.argv[1]), _voice()
    requests = _requests()
    if role is Role.MODEL:
        _limit()
        _serve_model(requests, tell)
        return
    os.nice(KINDNESS)
    request = next(requests)
    _answered(tell, _validation if role is Role.VALIDATION else lambda: _trial(request, tell))


def _voice() -> Tell:
    """Speak to the server alone: what libraries print goes nowhere."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)

    def tell(message: Message) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    return tell


def _requests() -> Iterator[dict[str, Any]]:
    """Requests as they come. Their end is that of the server, and of this process with it, whatever it is doing."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def listen() -> None:
        for line in sys.stdin:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        yield json.loads(lines.get())


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not a POSIX system: the server's own time limit is what holds there
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answered(tell: Tell, work: Callable[[], Message]) -> None:
    """Tell what the work gives, or why it gives nothing."""
    try:
        tell(work())
    except InputError as error:
        tell({"problems": packed([(p.where, p.got, p.expected, p.do) for p in error.problems])})
    except ModelError as error:
        tell({"missing": packed(str(error))})
    except (CofactorError, OSError, MemoryError, RecursionError) as error:
        tell({"failed": packed(str(error) or type(error).__name__)})


def _trial(request: Message, tell: Tell) -> Message:
    from cofactor.trial.run import run_trial
    from cofactor.trial.whole import gather

    folder = Path(request["folder"])
    run_trial(Path(request["trial"]), folder, progress=lambda done, asked: tell({"done": done, "asked": asked}))
    gather(folder)
    return {"finished": True}


def _validation() -> Message:
    """The page and the numbers of the validation, in every language."""
    from cofactor.evidence.validate import validate
    from cofactor.report.numbers import LANGUAGES
    from cofactor.report.validation import result
    from cofactor.report.validation_page import page

    found = validate()
    return {lang: {"page": asdict(page(found, lang)), "result": result(found, lang)} for lang in LANGUAGES}


def _serve_model(requests: Iterator[dict[str, Any]], tell: Tell) -> None:
    """The first request brings the model, the others run it."""
    held: list[UserModel] = []
    for request in requests:
        if "text" in request:
            _answered(tell, lambda asked=request: _compiled(asked, held))  # type: ignore[misc]
        else:
            _answered(tell, lambda asked=request: Run(**asked).of(held[0]).as_dict())  # type: ignore[misc]


def _compiled(request: Message, held: list[UserModel]) -> Message:
    text, name = request["text"], request["name"]
    # The shipped human need not be compiled again.
    model = UserModel(human()) if text == compose() else given_model(text.encode(), name)
    constants = model.program.parameters()
    states = model.program.initial(constants)
    kernel(model.program)  # its machine code is made now, not at the first slider
    held[:] = [model]
    return {
        "model": model.name,
        "states": _values(model.program.states, states[0].tolist()),
        "constants": _values(model.program.constants, constants[0].tolist()),
        "outcomes": list(model.outcomes),
        "sbml": text if is_sbml(name) else read_antimony(text),
    }


def _values(names: tuple[str, ...], values: list[float]) -> list[Message]:
    return [{"name": name, "value": value} for name, value in zip(names, values, strict=True)]


if __name__ == "__main__":
    main()
