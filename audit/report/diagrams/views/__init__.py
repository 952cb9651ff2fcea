"""What can be drawn of a boundary: one file a view, with ``draw(boundary)``."""
