"""`python -m nbflow` is `nbflow`."""

from nbflow.cli import main

main()
