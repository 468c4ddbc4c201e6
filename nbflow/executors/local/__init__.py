"""Executes jobs in processes on this machine."""
