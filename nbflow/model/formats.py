"""The format number of each kind of file: raised where a reader of before would misunderstand."""

RESULT = 1
OUTPUTS = 1
DAMAGE = 1
OWNER = 1  # whose pickles are trusted
STORE = 1  # whose a store is
VALUES = 1  # values that a user has kept for the form
EVENTS = 2
JOB = 2
REQUEST = 1
PLAN = 2
ANSWER = 1  # what commands print with --json
