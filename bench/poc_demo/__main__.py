"""``python -m bench.poc_demo``: run it and say what came out; exit code 1 when a step failed, 130 when it was ended."""

from __future__ import annotations

import signal
import sys

from bench.poc_demo.journey import OUT, Demo
from bench.poc_demo.steps import StepFailedError


def main() -> int:
    """Run the demo."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    demo = Demo()
    demo.steps.say(f"A proof of concept on Apache Kafka, never AutoMQ: everything goes into {OUT}.")
    try:
        demo.run()
    except StepFailedError as error:
        sys.stderr.write(f"poc-demo: {error}\npoc-demo: everything that it started has ended\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("poc-demo: ended before it was done; everything that it started has ended\n")
        return 130
    for line in demo.summary():
        demo.steps.say(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
