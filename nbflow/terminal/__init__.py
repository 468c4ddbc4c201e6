"""Answers and documents on a terminal, as text, and as JSON and rows for programs."""
