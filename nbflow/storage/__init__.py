"""Results: tables and values in folders whose content never changes."""
