"""The policies of the state's bucket and key, as functions of names."""

from __future__ import annotations

from components.documents.statement import Document, allow, deny, document, to


def bucket_policy(bucket_arn: str) -> Document:
    """Nobody comes without TLS 1.2; who may come at all, the account's identity policies say."""
    things = [bucket_arn, f"{bucket_arn}/*"]
    plain, old = {"Bool": {"aws:SecureTransport": "false"}}, {"NumericLessThan": {"s3:TlsVersion": "1.2"}}
    return document(to("*", deny("TlsOnly", "s3:*", things, plain)), to("*", deny("Tls12", "s3:*", things, old)))


def key_policy(partition: str, account: str) -> Document:
    """The account's identity policies say who may administer and use the key; no other account may."""
    return document(to({"AWS": f"arn:{partition}:iam::{account}:root"}, allow("Account", "kms:*", "*")))
