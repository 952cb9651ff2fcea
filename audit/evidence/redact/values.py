"""JSON values: which texts are names, which are prose, which are words of AWS, told by the key they stand under."""

from __future__ import annotations

import json
import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from audit.evidence.redact.structured import Structured
from audit.evidence.redact.words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.evidence.redact.key import Pseudonyms


class Sense(Enum):
    """What a text is."""

    NAME = auto()
    PROSE = auto()
    AWS = auto()


_NAMED = re.compile(
    r"(?:name|names|bucket|buckets|prefix|namespace|alias|aliases|identifier|token|reference|ids?|users?|paths?|team"
    r"|contacts?|owners?|url|uri|endpoint|domain|vault|alarms|reads|writes|groups?|profile|clusters?|repository|key"
    r"|startswith|rolesessionname|rule|targets?|streams?)$",
    re.IGNORECASE,
)
_PROSE = re.compile(
    r"(?:description|comment|reason|message|note|holds|does|protects|purpose|addressline\d|city|fullname|phonenumber"
    r"|companyname|postalcode|districtorcounty|stateorregion|title|statereasondata)$",
    re.IGNORECASE,
)
_OF_AWS = frozenset(
    {
        *("DeviceName", "RootDeviceName", "ServiceName", "ServiceNames", "PrefixListName", "RegionName", "RegionNames"),
        *("AvailabilityZoneId", "AvailabilityZoneIds", "KernelId", "VersionId", "DefaultVersionId", "SettingId", "Key"),
        *("key", "TagKey", "Service", "NotAction", "Action", "eventName", "EngineName", "Rule", "Sid", "KeyUsage"),
        *("ZoneName", "AvailabilityZone", "MessageType", "RegionId", "ReasonCode", "StateReasonCode", "on", "region"),
        *("optionName", "HostedZoneIdOfAws", "Owner Alias", "environment_ids", "taken_by", "acts_as", "reviewed_by"),
    }
)
"""Keys that look like those of names and hold AWS's own words, or the contract's roles."""
_STATES = frozenset({"State", "CurrentState", "PreviousState", "InstanceState", "Filters", "filters", "Status"})
"""Where a name is the word of a state, or of what is filtered by."""
_NAMED_CONDITIONS = re.compile(
    r"tag/|prefix|username|userid|externalid|sessionname|encryptioncontext|requestalias|resourcealiases|namespace"
    r"|recordnames|:sub$|:aud$|instanceprofile|secretid|loggroup|topic|delimiter|principalarn|sourcearn",
    re.IGNORECASE,
)
_TAGS = {"tags", "tagset", "taglist"}
_PAIRS = {"Key": "Value", "key": "value", "TagKey": "TagValue"}
_OF_BALANCER = "ELB "


class Values:
    """Replaces the texts of JSON values; first ``learn`` all that belongs together, then ask."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._words = Words(pseudonyms)
        self._structured = Structured(pseudonyms, self._words)
        self._learning = False
        self._of_aws: set[str] = set()
        self.names: dict[str, str] = {}

    def learn(self, *values: Any) -> None:
        """Take in the patterns, then the names, of values."""
        for value in values:
            self._patterns(value, "")
        self._learning = True
        for value in values:
            self.replaced(value)
        self._learning = False

    def replaced(self, value: Any, key: str = "", parent: str = "") -> Any:
        """A JSON value that stood under a key, without names and addresses."""
        match value:
            case dict() if "$secret" in value:
                return value
            case dict():
                return self._mapping(value, key)
            case list() | tuple():
                return [self.replaced(item, key, parent) for item in value]
            case str():
                return self.text(value, _sense(key, parent))
            case _:
                return value

    def text(self, text: str, sense: Sense) -> str:
        """A text; one that holds JSON is replaced within, and an empty one is empty."""
        if text[:1] in {"{", "["}:
            inner = _parsed(text)
            if isinstance(inner, dict | list):
                return json.dumps(self.replaced(inner), ensure_ascii=False)
        match sense:
            case Sense.NAME:
                return self._name(text)
            case Sense.PROSE:
                return self._prose(text)
            case _:
                known = self.names.get(text)
                return known if known is not None else self._structured.replaced(text, self._known)

    @property
    def seen(self) -> dict[str, str]:
        """Ids, numbers and addresses that were replaced, with what stands for them."""
        return self._structured.seen

    def account(self, number: str) -> str:
        """An account's number."""
        return self._structured.account(number)

    def name(self, name: str) -> str:
        """A name, whatever key it stands under."""
        return self.text(name, Sense.NAME)

    def recognised(self, text: str) -> str:
        """A text in which only what is recognised wherever it stands is replaced."""
        return self._structured.replaced(text, str)

    def prose(self, text: str) -> str:
        """What somebody wrote."""
        return self.text(text, Sense.PROSE)

    def _known(self, text: str) -> str:
        """What stands between recognised things: a name that is known from elsewhere, as a whole part of it."""
        return re.sub(r"[\w.+=@/-]{3,}", lambda part: self.names.get(part.group(), part.group()), text)

    def _name(self, text: str) -> str:
        if text in self._of_aws:
            return text
        found = self._structured.name(text)
        if self._learning and found != text:
            self.names[text] = found
        return found

    def _prose(self, text: str) -> str:
        if text.startswith(_OF_BALANCER):
            return _OF_BALANCER + self._structured.name(text.removeprefix(_OF_BALANCER)).replace(
                self._words.word("app") + "/", "app/"
            ).replace(self._words.word("net") + "/", "net/")
        return f"text {self._pseudonyms.word(text)}" if text.strip() else text

    def _mapping(self, value: Mapping[str, Any], key: str) -> dict[str, Any]:
        if key == "Condition":
            return {operator: self._conditions(keys) for operator, keys in value.items()}
        tagged = {item for name, item in _PAIRS.items() if isinstance(value.get(name), str) and item in value}
        if key.lower() in _TAGS and not tagged:
            tagged = set(value)
        elif _is_setting(value):
            tagged = set()
        return {
            self.recognised(name): self._tag(item) if name in tagged else self.replaced(item, name, key)
            for name, item in value.items()
        }

    def _tag(self, value: Any) -> Any:
        return self.text(value, Sense.NAME) if isinstance(value, str) else self.replaced(value)

    def _conditions(self, keys: Any) -> Any:
        if not isinstance(keys, dict):
            return keys
        return {self.recognised(name): self._condition(name, wanted) for name, wanted in keys.items()}

    def _condition(self, name: str, wanted: Any) -> Any:
        sense = Sense.NAME if _NAMED_CONDITIONS.search(name) else Sense.AWS
        if isinstance(wanted, list):
            return [self.text(one, sense) if isinstance(one, str) else one for one in wanted]
        return self.text(wanted, sense) if isinstance(wanted, str) else wanted

    def _patterns(self, value: Any, key: str) -> None:
        match value:
            case dict():
                for name, item in value.items():
                    self._patterns(item, name)
            case list() | tuple():
                for item in value:
                    self._patterns(item, key)
            case str():
                inner = _parsed(value) if value[:1] in {"{", "["} else None
                if isinstance(inner, dict | list):
                    self._patterns(inner, key)
                elif key.lower().endswith(("prefix", "startswith")):
                    self._words.learn_prefix(value)
                elif value.startswith("arn:") and ":aws:policy/" in value:
                    self._of_aws.add(value.rpartition("/")[2])
                else:
                    self._words.learn(value)


def _sense(key: str, parent: str) -> Sense:
    if key in _OF_AWS or parent in _STATES:
        return Sense.AWS
    if _PROSE.search(key):
        return Sense.PROSE
    return Sense.NAME if _NAMED.search(key) else Sense.AWS


def _is_setting(value: Mapping[str, Any]) -> bool:
    """A pair that is an attribute of AWS's and no tag: its key is a word with dots, such as access_logs.s3.enabled."""
    key = str(value.get("Key") or value.get("key") or "")
    return bool(re.fullmatch(r"[a-z0-9_]+(?:\.[a-z0-9_]+)+", key))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
