"""Drivers of client libraries: each writes records to a topic, reads them by a group, commits, and counts them."""
