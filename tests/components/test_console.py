from typing import Any

import pytest

from components.console import Console, ConsoleArgs


def make(**change: Any) -> Any:
    given = {
        "name": "automq-e", "instance_type": "t3.large", "ami": "ami-1", "subnet_id": "subnet-1", "zone": "eu-west-1a",
        "group_id": "sg-console", "profile": "automq-console-e", "volumes_key_arn": "arn:volumes", "user_data": "#!",
    }  # fmt: skip
    return lambda: Console("console", ConsoleArgs(**(given | change)))


def test_the_console_has_no_public_address_and_no_ssh_key(declare: Any) -> None:
    (instance,) = declare(make()).of("Instance")
    assert instance["associatePublicIpAddress"] is False
    assert "keyName" not in instance
    assert (instance["subnetId"], instance["vpcSecurityGroupIds"]) == ("subnet-1", ["sg-console"])


def test_the_metadata_service_wants_tokens_and_is_one_hop_away(declare: Any) -> None:
    options = declare(make()).of("Instance")[0]["metadataOptions"]
    assert options == {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1}


def test_both_volumes_are_encrypted_with_the_volumes_key(declare: Any) -> None:
    declared = declare(make())
    root = declared.of("Instance")[0]["rootBlockDevice"]
    (data,) = declared.of("Volume")
    assert (root["encrypted"], root["kmsKeyId"]) == (data["encrypted"], data["kmsKeyId"]) == (True, "arn:volumes")
    assert data["availabilityZone"] == "eu-west-1a"
    (attachment,) = declared.of("VolumeAttachment")
    assert (attachment["deviceName"], attachment["volumeId"]) == ("/dev/sdh", "Volume/console-data")


@pytest.mark.parametrize("protect", [True, False])
def test_protection_keeps_the_instance_from_being_terminated(declare: Any, protect: Any) -> None:
    assert declare(make(protect=protect)).of("Instance")[0]["disableApiTermination"] is protect
