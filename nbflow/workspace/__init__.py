"""Where a project lies, its settings, and every path below `.nbflow/`."""
