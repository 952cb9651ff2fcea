"""How a diagram can be written: one file a form, with ``EXTENSION`` and ``render(diagram)``."""
