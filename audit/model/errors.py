"""The errors of the kit: what could not be judged is an exception, what was judged and is broken is a value.

    KitError
    ├── UsageError       an option, a file or a name that the user gave
    ├── SettingsError    a stack's settings
    ├── ContractError    a boundary contract
    ├── SnapshotError    a snapshot that cannot be trusted or read
    ├── EvidenceError    a bundle or a key that cannot be worked with
    │   └── DamagedError     a bundle that somebody or something changed
    ├── AccessError      AWS could not be reached or refused the caller itself
    ├── BrokerError      Kafka brokers could not be reached, or refused the caller itself
    └── RehearsalError   the embedded AWS or the stack's program failed

A message names the thing, the limit and the way out, in one sentence.
"""


class KitError(Exception):
    """Something stopped the tool from doing its work; the command ends with exit code 3."""


class UsageError(KitError):
    """An option, a file or a name that the user gave does not work."""


class SettingsError(KitError):
    """A stack's settings are missing, malformed or out of limits."""


class ContractError(KitError):
    """A boundary contract is malformed or of a version that this kit does not know."""


class SnapshotError(KitError):
    """A snapshot is damaged, incomplete or of a version that this kit does not know."""


class EvidenceError(KitError):
    """An evidence bundle or a key that cannot be worked with."""


class DamagedError(EvidenceError):
    """A bundle that is not as it was written: ``where`` is the place in it, ``what`` what is wrong there."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where} {what}: take the bundle from where it was written")
        self.where, self.what = where, what


class AccessError(KitError):
    """AWS could not be reached, or refused the caller before any question was asked."""


class BrokerError(KitError):
    """Kafka brokers could not be reached, or refused the caller before anything was tried."""


class RehearsalError(KitError):
    """The embedded AWS or the program that ran against it failed."""
