"""Commands on EC2 instances by Systems Manager, for the faults of ``byoc poc reliability``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from poc.case.reliability import Ec2

_ENDED = {"Success", "Cancelled", "Failed", "TimedOut", "Undeliverable", "Terminated"}
_POLL_SECONDS, _LEAST_TIMEOUT = 0.5, 30


def run_on_ec2(told: Ec2, seconds: float) -> str:
    """Runs shell commands on all the instances (AWS-RunShellScript) and waits until they ended.

    Needs ssm:SendCommand and ssm:GetCommandInvocation. Raises StepFailedError where one did not succeed everywhere.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    from poc.reliability.hooks import StepFailedError

    try:
        client = boto3.client("ssm", region_name=told.region)
        sent = client.send_command(
            InstanceIds=list(told.instances),
            DocumentName="AWS-RunShellScript",
            Parameters={"commands": list(told.commands)},
            # The API's least; it is the time until the instance takes the command, not until that ends.
            TimeoutSeconds=max(_LEAST_TIMEOUT, round(seconds)),
        )["Command"]["CommandId"]
        end = time.monotonic() + seconds
        states = dict.fromkeys(told.instances, "Pending")
        while not set(states.values()) <= _ENDED and time.monotonic() < end:
            time.sleep(_POLL_SECONDS)
            for one in told.instances:
                states[one] = str(client.get_command_invocation(CommandId=sent, InstanceId=one)["Status"])
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise StepFailedError(f"Systems Manager refused ({code}) on {', '.join(told.instances)}") from None
    except BotoCoreError as error:
        raise StepFailedError(f"Systems Manager could not be asked ({error})") from None
    wrong = [f"{one}: {state}" for one, state in states.items() if state != "Success"]
    if wrong:
        raise StepFailedError(f"command {sent} did not succeed on {', '.join(wrong)}")
    return f"command {sent}"
