"""Where jobs run: the protocol of an executor, and those that are there."""
