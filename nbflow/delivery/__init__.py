"""Hands a report over: in the form that was asked for, to a file, a folder or an address."""
