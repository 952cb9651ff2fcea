from typing import Any

from components.console_door import ConsoleDoor, ConsoleDoorArgs, balancer_name


def make() -> Any:
    return ConsoleDoor(
        "door",
        ConsoleDoorArgs(
            "automq-e", "vpc-1", ["subnet-1", "subnet-2"], "sg-lb", "i-1", "arn:certificate", "access-logs", "console"
        ),
    )


def test_the_load_balancer_is_internal_and_logs_access(declare: Any) -> None:
    (balancer,) = declare(make).of("LoadBalancer")
    assert (balancer["internal"], balancer["securityGroups"]) == (True, ["sg-lb"])
    assert balancer["accessLogs"] == {"enabled": True, "bucket": "access-logs", "prefix": "console"}
    assert balancer["dropInvalidHeaderFields"] is True


def test_people_speak_tls_with_the_certificate(declare: Any) -> None:
    (listener,) = declare(make).of("Listener")
    assert (listener["port"], listener["protocol"]) == (443, "HTTPS")
    assert (listener["certificateArn"], listener["sslPolicy"]) == (
        "arn:certificate",
        "ELBSecurityPolicy-TLS13-1-2-2021-06",
    )


def test_it_forwards_to_the_console_only(declare: Any) -> None:
    declared = declare(make)
    assert declared.of("TargetGroup")[0]["port"] == 8080
    (target,) = declared.of("TargetGroupAttachment")
    assert (target["targetId"], target["port"]) == ("i-1", 8080)


def test_a_name_that_is_too_long_is_cut_and_stays_unique() -> None:
    names = [balancer_name(f"automq-{'e' * 30}{last}") for last in "ab"]
    assert {len(name) for name in names} == {32}
    assert names[0] != names[1]
    assert balancer_name("automq-e") == "automq-e"
