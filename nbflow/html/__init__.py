"""What a notebook shows without widgets: static HTML."""
