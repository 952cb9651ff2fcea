"""The reliability report: a prober of our own writes, reads and reads back while faults are done to the target.

``run`` makes the measurement, ``logs`` is what it leaves, ``judge`` makes the result of it and nothing else.
"""
