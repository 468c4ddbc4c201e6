"""The uses of nbflow, called from Python."""
