"""Which files of a folder are notebooks, and what such a file holds."""
