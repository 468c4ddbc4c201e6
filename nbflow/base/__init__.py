"""What knows nothing of nbflow: texts, names, patterns, files, locks."""
