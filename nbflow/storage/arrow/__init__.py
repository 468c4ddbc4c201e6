"""Tables as Arrow files, in types that DuckDB keeps exactly."""
