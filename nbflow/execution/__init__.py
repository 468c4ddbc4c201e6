"""A run: give the jobs of a plan to an executor, and append all events to one log."""
