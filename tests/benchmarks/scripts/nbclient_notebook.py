"""Executes one notebook by nbclient, as its own documentation does: `IN OUT`."""

import sys

import nbformat
from nbclient import NotebookClient

given, out = sys.argv[1:]
notebook = nbformat.read(given, as_version=4)
NotebookClient(notebook).execute()
nbformat.write(notebook, out)
