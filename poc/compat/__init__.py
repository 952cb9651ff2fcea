"""The compatibility matrix: what a cluster does when it is asked, probe by probe.

A probe is a function with a row of its own, found by walking ``probes``; tables of API keys and topic configs, and
the differences that are known, are YAML beside it. ``site`` is where probes run, ``run`` runs them, ``matrix`` is what
came of it.
"""
