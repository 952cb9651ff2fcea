"""Condition operators as records, one file per family, and their evaluation to always, never, or a rest on free keys.

AWS page "IAM JSON policy elements: Condition operators".
"""
