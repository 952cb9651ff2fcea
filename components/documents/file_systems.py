"""The policy of a file system that holds the write-ahead log: brokers mount it with TLS, and nobody else mounts it.

Without such a policy whoever gets to a mount target may mount (page "Default EFS file system policy").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.documents.statement import EVERYONE, Document, allow, deny, document, to

if TYPE_CHECKING:
    from components.layout import Names

# A new file system's root belongs to root, who without the last is a user of no rights (page "Using IAM to control
# access to file systems").
CLIENT = tuple(f"elasticfilesystem:Client{what}" for what in ("Mount", "Write", "RootAccess"))
_CHANGES = tuple(
    f"elasticfilesystem:{verb}*" for verb in ("Create", "Delete", "Modify", "Put", "Tag", "Untag", "Update")
)


def log_file_system(names: Names, file_system_arn: str) -> Document:
    """Brokers through a mount target, with TLS; no identity policy lets anybody else in, or the console change it."""
    brokers, arn = names.data_plane_role_arn, file_system_arn
    through_target = {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    others = {"ArnNotEquals": {"aws:PrincipalArn": brokers}}
    # It carries the environment's tags, by which the console may change what it made itself.
    console = {"ArnEquals": {"aws:PrincipalArn": names.console_role_arn}}
    return document(
        to(EVERYONE, deny("TlsOnly", "elasticfilesystem:*", arn, plain)),
        to(EVERYONE, deny("OnlyBrokers", CLIENT, arn, others)),
        to(EVERYONE, deny("NotByConsole", _CHANGES, arn, console)),
        to({"AWS": brokers}, allow("BrokersMount", CLIENT, arn, through_target)),
    )
