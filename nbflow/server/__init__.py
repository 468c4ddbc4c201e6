"""Shows a run that goes on to a browser of this machine: read only, on the loopback address."""
