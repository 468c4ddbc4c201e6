"""Sphinx's settings: MyST for the pages, the theme that Jupyter's projects use."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import nbflow

project = "nbflow"
author = "The nbflow developers"
version = release = nbflow.__version__
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_click",
    "sphinx_copybutton",
]
html_theme = "pydata_sphinx_theme"
html_title = "nbflow"
html_show_sourcelink = False
html_theme_options = {"show_prev_next": True, "navbar_align": "left"}
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3
autodoc_typehints = "description"
autodoc_member_order = "bysource"
copybutton_prompt_text = r"\$ "
copybutton_prompt_is_regexp = True
nitpicky = False
