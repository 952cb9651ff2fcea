"""The migration runbook: how the source is copied and left, by gates that were measured. Missing evidence pauses.

``plan`` writes what MirrorMaker 2 runs by, ``before``, ``cutover`` and ``rollback`` measure, ``runbook`` judges.
"""
