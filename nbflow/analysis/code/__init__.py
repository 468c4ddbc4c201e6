"""What the code cells of a notebook say, read and never run."""
