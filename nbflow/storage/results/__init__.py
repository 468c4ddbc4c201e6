"""Folders of results: published by one move, marked, checked, removed."""
