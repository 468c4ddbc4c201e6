"""One HTML page of a run, which needs nothing else: no network, no server, no other file."""
