"""The probes, found by walking this folder: a file's functions under ``@probe``, and its tuple ``ROWS``."""
