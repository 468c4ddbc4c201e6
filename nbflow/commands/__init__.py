"""The commands as they are typed, in a terminal or behind `%nbflow`: options, help, what they call.

Each stands in the module of its name as `command`. It returns an answer of `app`, or a `StartRun`,
and prints nothing: whoever parsed the words shows it.
"""
