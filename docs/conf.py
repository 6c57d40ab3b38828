"""How the documentation is built. A warning is an error; nothing is fetched from anywhere."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

import cofactor

project = "cofactor"
author = "The cofactor authors"
copyright = "The cofactor authors. Apache License 2.0"
release = version = cofactor.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "from_the_product", "model_book"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "_ext", "**/.ipynb_checkpoints", "plan_figures.md"]  # the last stands in plan.md

nb_execution_mode = "force"  # a figure of the documentation is one of this build
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_render_markdown_format = "gfm"  # tables that a cell makes

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "separated"

_sans = '"Source Sans 3", system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_title = "cofactor"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {
        "font-stack": _sans,
        "color-background-primary": "#faf8f4",
        "color-background-secondary": "#f2eee6",
        "color-foreground-primary": "#1a2024",
        "color-brand-primary": "#0b7566",
        "color-brand-content": "#1f5fa6",
    },
    "dark_css_variables": {
        "font-stack": _sans,
        "color-background-primary": "#14171a",
        "color-background-secondary": "#1b1f23",
        "color-foreground-primary": "#ece8e0",
        "color-brand-primary": "#4cc7b0",
        "color-brand-content": "#96bff0",
    },
}
