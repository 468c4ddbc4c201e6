"""The folders and logs of runs, and the state of a run that its log adds up to."""
