"""Plans, runs and pipelines as documents, the same for HTML, a terminal and plain text."""
