"""What a check of the model looks at, and what it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from cofactor.errors import ModelError
from cofactor.facts.findings import Finding, Severity
from cofactor.model.compose import sbml
from cofactor.model.interpret import Interpreter
from cofactor.model.source import Human, Signal, Statement, parse, signals


class Subject:
    """A human under examination. What is costly is made once, on demand; a text that does not compose raises there."""

    def __init__(self, source: Human) -> None:
        self.source = source

    @cached_property
    def parsed(self) -> tuple[tuple[Statement, ...], dict[str, str], dict[str, str]]:
        """Statements, units and names of the text."""
        return parse(self.source.files)

    @cached_property
    def signals(self) -> tuple[Signal, ...]:
        """Symbols that the text defines itself."""
        return signals(self.source)

    @cached_property
    def sbml(self) -> str:
        """The composed model."""
        return sbml(self.source)

    @cached_property
    def interpreter(self) -> Interpreter:
        """The composed model, ready to be evaluated."""
        return Interpreter(self.sbml)


@dataclass(frozen=True, slots=True)
class Check:
    """A named question to the model. ``ask`` yields (where, message) for each thing that is wrong."""

    name: str
    ask: Callable[[Subject], Iterator[tuple[str, str]]]
    severity: Severity = Severity.ERROR

    def findings(self, subject: Subject) -> tuple[Finding, ...]:
        """All that is wrong; a model that cannot be read at all is one finding of its own."""
        try:
            return tuple(Finding(self.name, self.severity, where, message) for where, message in self.ask(subject))
        except ModelError as error:
            return (Finding(self.name, Severity.ERROR, "model", str(error)),)
