import subprocess
from pathlib import Path

from audit.collect.patterns import looks_like
from components.console_start import Start

START = Start("eu-west-1", "registry.example/console:1", "automq/e/config", "automq/e/credentials", "/automq/e/console")


def test_the_script_is_valid_shell() -> None:
    subprocess.run(["/bin/bash", "-n"], input=START.script(), text=True, check=True)


def test_the_secrets_are_fetched_by_name_and_written_to_memory_only() -> None:
    script = START.script()
    assert "secret automq/e/config" in script
    assert "secret automq/e/credentials" in script
    assert "mktemp -p /dev/shm" in script
    assert "umask 077" in script


def test_nothing_in_it_looks_like_a_secret() -> None:
    assert looks_like(START.script()) == []


def test_the_credentials_parts_become_the_consoles_variables(tmp_path: Path) -> None:
    lines = START.script().splitlines()
    part = next(line for line in lines if line.startswith("part()"))
    echo = next(line for line in lines if "ACCESS_KEY=" in line)
    fake = f"""jq() {{ echo "$2 of $(cat)"; }}\ncredentials=drawn\n{part}\n{echo}"""
    shown = subprocess.run(["/bin/bash", "-c", fake], text=True, check=True, capture_output=True, cwd=tmp_path).stdout
    assert shown == "CONSOLE_INITIAL_ACCESS_KEY=.access_key of drawn\n"


def test_the_containers_log_goes_to_its_log_group() -> None:
    assert "--log-opt awslogs-group=/automq/e/console" in START.script()


def test_a_mirrored_image_is_pulled_with_the_roles_own_login() -> None:
    mirror = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/automq/console@sha256:0"
    script = Start("eu-west-1", mirror, "c", "k", "/g").script()
    assert "docker login --username AWS --password-stdin 111122223333.dkr.ecr.eu-west-1.amazonaws.com" in script
    assert "docker login" not in START.script()


def test_a_hostile_image_name_stays_one_word() -> None:
    assert "'x; rm -rf /'" in Start("eu-west-1", "x; rm -rf /", "c", "k", "/g").script()
