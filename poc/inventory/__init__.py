"""The inventory: what runs at the source, who uses it, and what that means for a move.

``brokers`` reads the Admin API, ``confluent`` Confluent's own services by their REST APIs, ``scan`` repositories.
What could not be read is said as such, and is never taken for none.
"""
