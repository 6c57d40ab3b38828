"""Directives that print parts of the product itself, so that a page cannot disagree with what is shipped.

``shipped-table`` prints columns of a table of the package, ``case-schema``, ``catalogue-schema``, ``formula-schema``
and ``trial-schema`` the keys of those files, and ``command-help`` the help of every command.
"""

from __future__ import annotations

import csv
import importlib
from importlib import resources
from itertools import chain
from typing import Any, ClassVar

import click
from docutils import nodes
from docutils.parsers.rst import Directive, directives
from sphinx.application import Sphinx

from cofactor.person.case import json_schema as case_schema
from cofactor.person.catalogue import json_schema as catalogue_schema
from cofactor.trial.design import json_schema as trial_schema
from cofactor.trial.formula.spec import json_schema as formula_schema

LONGEST_LIST = 40  # longer ones, such as the countries, stand in the schema


def _row(cells: list[str]) -> nodes.row:
    entries = [nodes.entry("", nodes.paragraph(text=cell.replace("|", ", "))) for cell in cells]
    return nodes.row("", *entries)


def _table(heads: list[str], rows: list[list[str]]) -> nodes.table:
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in heads), cols=len(heads))
    group += nodes.thead("", _row(heads))
    group += nodes.tbody("", *map(_row, rows))
    return nodes.table("", group, classes=["shipped"])


class ShippedTable(Directive):
    """``{shipped-table} model/parameters.csv`` with ``:columns: id value unit source``.

    ``when=trigger+analyte+low`` puts what several columns hold into one, headed ``when``.
    """

    required_arguments = 1
    option_spec: ClassVar = {"columns": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        heads = [whole.split("=")[0] for whole in self.options["columns"].split()]
        columns = [whole.split("=")[-1].split("+") for whole in self.options["columns"].split()]
        file = resources.files("cofactor").joinpath(self.arguments[0])
        rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
        if not rows or set(chain(*columns)) - set(rows[0]):
            raise self.error(f"{self.arguments[0]} has no rows, or lacks one of the columns {columns}")
        cells = [[" ".join(filter(None, map(row.get, names))) for names in columns] for row in rows]
        return [_table([name.replace("_", " ") for name in heads], cells)]


class CaseSchema(Directive):
    """``{case-schema}`` prints a table of keys for the file and for each part of it, from the published JSON Schema."""

    schema = staticmethod(case_schema)

    def run(self) -> list[nodes.Node]:
        schema = self.schema()
        parts = {"the file itself": schema, **schema["$defs"]}
        found: list[nodes.Node] = []
        for name, part in parts.items():
            rows = [
                [key + (" (required)" if key in part.get("required", ()) else ""), *_meaning(value)]
                for key, value in part["properties"].items()
            ]
            found += [nodes.rubric(text=name.removesuffix("In").lower()), nodes.paragraph(text=part["description"])]
            found.append(_table(["key", "is", "for example"], rows))
        return found


class CatalogueSchema(CaseSchema):
    """``{catalogue-schema}`` does the same for the catalogue of products."""

    schema = staticmethod(catalogue_schema)


class FormulaSchema(CaseSchema):
    """``{formula-schema}`` does the same for the specification of a product."""

    schema = staticmethod(formula_schema)


class TrialSchema(CaseSchema):
    """``{trial-schema}`` does the same for the trial file."""

    schema = staticmethod(trial_schema)


def _meaning(value: dict[str, Any]) -> list[str]:
    """What a key holds, and an example of it."""
    choices = [str(word) for word in value.get("enum", ())]
    listed = f" One of: {', '.join(choices)}." if 0 < len(choices) <= LONGEST_LIST else ""
    keys = list(value.get("properties", ()))
    inside = f" Keys: {', '.join(keys)}." if keys else ""
    example = value.get("examples", [""])[0]
    shown = ", ".join(map(str, example)) if isinstance(example, list) else str(example)
    return [value.get("description", "") + listed + inside, shown]


class CommandHelp(Directive):
    """``{command-help} module:group`` prints ``--help`` of the group and of each of its commands."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        module, _, name = self.arguments[0].partition(":")
        group = getattr(importlib.import_module(module), name)
        return list(_help(group, click.Context(group, info_name="cofactor", terminal_width=88)))


def _help(command: click.Command, context: click.Context) -> list[nodes.Node]:
    text = command.get_help(context)
    found: list[nodes.Node] = [
        nodes.rubric(text=context.command_path),
        nodes.literal_block(text, text, language="text"),
    ]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                inner = click.Context(below, info_name=name, parent=context, terminal_width=88)
                found.extend(_help(below, inner))
    return found


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("shipped-table", ShippedTable)
    app.add_directive("case-schema", CaseSchema)
    app.add_directive("catalogue-schema", CatalogueSchema)
    app.add_directive("formula-schema", FormulaSchema)
    app.add_directive("trial-schema", TrialSchema)
    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
