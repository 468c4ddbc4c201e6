"""What a run is reported as: gathered from its log, its executed notebooks and its tables."""
