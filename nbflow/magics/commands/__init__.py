"""Commands that only a notebook has."""
