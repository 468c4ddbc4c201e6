"""Notebooks, read and never run: what a folder of them says about steps and dependencies."""
