from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from audit.collect.redact import Redactor, decoded

KEY = b"k" * 32
PRIVATE_KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIE"


def redacted(value: Any) -> Any:
    return Redactor(KEY).redacted(value)


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_user_data_is_always_redacted_and_shows_what_it_looks_like() -> None:
    text = b64(f"#!/bin/sh\ncat > key <<E\n{PRIVATE_KEY}\nE\nexport DB=postgres://admin:hunter22@db/x\n")

    found = redacted({"UserData": {"Value": text}})["UserData"]["Value"]

    assert found["looks_like"] == ["connection_string", "private_key"]
    assert found["$secret"].startswith("hmac-sha256:")
    assert "hunter22" not in json.dumps(found)


def test_user_data_without_a_secret_is_a_fact_with_an_empty_list() -> None:
    script = """#!/bin/sh
TOKEN=$(curl -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" http://169.254.169.254/latest/api/token)
curl -H "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/
PASSWORD=$(aws secretsmanager get-secret-value --secret-id automq/console)
SECRET=arn:aws:secretsmanager:eu-central-1:111122223333:secret:x
password: ${PASSWORD}
"""
    data = redacted({"LaunchTemplateData": {"UserData": b64(script)}})

    assert data["LaunchTemplateData"]["UserData"]["looks_like"] == []


def test_the_keys_of_vpn_tunnels_never_enter_a_snapshot() -> None:
    tunnel = {"OutsideIpAddress": "3.4.5.6", "PreSharedKey": "oxblood-tunnel-one"}
    text = "<vpn_connection><ike><pre_shared_key>oxblood-tunnel-one</pre_shared_key></ike></vpn_connection>"

    found = redacted({"CustomerGatewayConfiguration": text, "Options": {"TunnelOptions": [tunnel]}})

    assert "oxblood" not in json.dumps(found)
    assert found["CustomerGatewayConfiguration"]["$secret"].startswith("hmac-sha256:")
    assert found["Options"]["TunnelOptions"][0]["OutsideIpAddress"] == "3.4.5.6"


def test_the_keys_of_direct_connect_never_enter_a_snapshot() -> None:
    peer = {"authKey": "oxblood-peer", "bgpStatus": "up"}
    found = redacted({"authKey": "oxblood", "customerRouterConfig": "<key>oxblood</key>", "bgpPeers": [peer]})

    assert "oxblood" not in json.dumps(found)
    assert found["bgpPeers"][0]["bgpStatus"] == "up"


def test_a_text_record_of_a_zone_is_redacted_when_it_looks_like_a_secret() -> None:
    def record(kind: str, text: str) -> Any:
        return redacted({"Name": "k.", "Type": kind, "ResourceRecords": [{"Value": text}]})["ResourceRecords"][0][
            "Value"
        ]

    assert "$secret" in record("TXT", '"password=correct-horse"')
    assert record("TXT", '"v=spf1 -all"') == '"v=spf1 -all"'
    assert record("A", "10.0.0.5") == "10.0.0.5"


def test_no_user_data_stays_no_user_data() -> None:
    assert redacted({"UserData": {}}) == {"UserData": {}}


def test_zipped_user_data_is_looked_into() -> None:
    packed = base64.b64encode(gzip.compress(b"password=correct-horse")).decode()

    assert redacted({"UserData": packed})["UserData"]["looks_like"] == ["password"]


def test_text_that_is_no_base64_is_taken_as_it_is() -> None:
    assert decoded("#!/bin/sh") == "#!/bin/sh"


@pytest.mark.parametrize(
    "value",
    [
        {"Environment": {"Variables": {"MODE": "fast"}}},
        {"environment": [{"name": "MODE", "value": "fast"}]},
        {"EnvironmentVariables": {"MODE": "fast"}},
        {
            "environment": {
                "type": "LINUX",
                "privilegedMode": False,
                "environmentVariables": [{"name": "M", "value": "fast"}],
            }
        },
        {"Parameters": [{"ParameterKey": "Mode", "ParameterValue": "fast", "ResolvedValue": "fast"}]},
        {"Outputs": [{"OutputKey": "Mode", "OutputValue": "fast"}]},
        {"parameters": {"mode": "fast"}},
        {"DefaultArguments": {"--mode": "fast"}, "NonOverridableArguments": {"--mode": "fast"}},
        {"Arguments": {"MODE": "fast"}},
        {"Parameter": {"Type": "SecureString", "Value": "fast"}},
    ],
)
def test_environment_variables_parameters_and_secure_strings_are_always_redacted(value: dict[str, Any]) -> None:
    text = json.dumps(redacted(value))

    assert "fast" not in text
    assert '"$secret"' in text


@pytest.mark.parametrize("deep", [{"inner": {"mode": "fast"}}, {"list": ["fast"]}, {"inner": [{"mode": "fast"}]}])
def test_what_is_nested_where_secrets_stand_is_redacted_too(deep: dict[str, Any]) -> None:
    for name in ("UserData", "CustomerGatewayConfiguration"):
        assert "fast" not in json.dumps(redacted({name: {**deep, "y": "fast"}}))
    assert "fast" not in json.dumps(redacted({"Environment": {"Variables": deep}}))


def test_what_else_stands_in_a_list_of_settings_is_looked_into_too() -> None:
    found = redacted({"Parameters": [{"ParameterKey": "Note", "Description": "password=hunter22"}]})

    assert "hunter22" not in json.dumps(found)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("AKIAIOSFODNN7EXAMPLE", "aws_access_key"),
        ("aws_secret_access_key = wJalrXUtnFEMIbKxRfiCYEXAMPLEKEYabcdefghi", "aws_secret_key"),
        ("login with password=hunter22", "password"),
        ("ghp_" + "a" * 36, "token"),
        ("mongodb://root:hunter22@host/db", "connection_string"),
        ("https://hooks.slack.com/services/T000/B000/XXXX", "webhook"),
        (PRIVATE_KEY, "private_key"),
    ],
)
@pytest.mark.parametrize("place", ["Description", "AlarmDescription", "Comment", "tag"])
def test_tags_and_descriptions_are_redacted_when_a_pattern_shows(value: str, kind: str, place: str) -> None:
    answer = {"Tags": [{"Key": "note", "Value": value}]} if place == "tag" else {place: value}

    found = redacted(answer)

    secret = found["Tags"][0]["Value"] if place == "tag" else found[place]
    assert kind in secret["looks_like"]
    assert value not in json.dumps(found)


@pytest.mark.parametrize(
    "tags",
    [
        [{"Key": "db-password", "Value": "hunter22"}],
        [{"TagKey": "db-password", "TagValue": "hunter22"}],
        {"db-password": "hunter22"},
    ],
)
def test_a_tags_name_tells_that_its_value_is_a_secret(tags: Any) -> None:
    text = json.dumps(redacted({"Tags": tags}))

    assert "hunter22" not in text
    assert "db-password" in text


def test_a_secret_in_a_tags_name_is_replaced_by_a_text() -> None:
    found = redacted({"Tags": [{"Key": "AKIAIOSFODNN7EXAMPLE", "Value": "x"}]})

    assert found["Tags"][0]["Key"].startswith("$secret:hmac-sha256:")
    assert found["Tags"][0]["Value"] == "x"


def test_a_private_key_is_redacted_wherever_it_stands() -> None:
    assert redacted({"Anything": [{"Deep": PRIVATE_KEY}]})["Anything"][0]["Deep"]["looks_like"] == ["private_key"]


def test_what_is_no_secret_stays_as_it_is() -> None:
    answer = {
        "Tags": [{"Key": "automqVendor", "Value": "automq"}, {"Key": "Name", "Value": "token-service"}],
        "Description": "Encrypts the data bucket of environment poc; secrets are fetched at boot",
        "AccessKeyMetadata": [{"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}],
        "Policy": json.dumps({"Statement": [{"Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}),
        "Endpoint": "https://example.com/hook",
        "Environment": "production",
        "Count": 3,
        "On": True,
        "Nothing": None,
    }

    assert redacted(answer) == answer


def test_equal_secrets_are_equal_in_one_snapshot_and_differ_between_snapshots() -> None:
    value = {"UserData": b64("x")}
    one, other = Redactor(), Redactor()

    assert one.redacted(value) == one.redacted(value)
    assert one.redacted(value) != other.redacted(value)


def test_the_header_by_which_a_rule_knows_its_callers_never_enters_a_snapshot() -> None:
    header = {"HttpHeaderName": "X-Origin-Verify", "Values": ["oxblood-1"], "RegexValues": ["oxblood-.*"]}
    query = {"Values": [{"Key": "key", "Value": "oxblood-2"}]}
    conditions = [
        {"Field": "http-header", "HttpHeaderConfig": header},
        {"Field": "query-string", "QueryStringConfig": query},
        {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/admin/*"]}},
    ]

    (one, two, three) = redacted({"Rules": [{"Priority": "1", "Conditions": conditions}]})["Rules"][0]["Conditions"]

    assert "oxblood" not in json.dumps([one, two])
    assert one["HttpHeaderConfig"]["HttpHeaderName"] == "X-Origin-Verify"
    assert one["HttpHeaderConfig"]["Values"][0]["$secret"].startswith("hmac-sha256:")
    assert three == conditions[2]
