"""Every IAM, key, bucket and endpoint policy as a pure function of names that returns a dict.

One file per kind of document. What is not known before creation (a key's ARN, an endpoint's or a zone's id) is a plain
``str`` parameter; everything else follows from ``Names``. aws-rules: NotPrincipal and NotAction are never used.
"""
