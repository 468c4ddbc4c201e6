"""papermill's own test suite, run with nbflow's engine as papermill's default."""
