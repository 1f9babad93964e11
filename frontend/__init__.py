"""The faces that people use. The JavaScript SDK beside them (``sdk/``) is no Python."""
