"""Data frames as Arrow tables and back, each value as it was."""
