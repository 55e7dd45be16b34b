"""Synthesize every stage and the pipeline under cdk-nag, then show the templates to the tools."""

import sys
import time

from guard.findings import GuardError, findings
from guard.synthesis import synthesize_all, templates


def main() -> int:
    """Return 0 if there is nothing to say, 1 for findings, 2 if something could not be judged."""
    begun = time.monotonic()
    if refused := synthesize_all():
        for synth in refused:
            print(f"{synth.name} is refused:\n{synth.words}", file=sys.stderr)
        return 1
    synthesized = time.monotonic()
    judged = templates()
    try:
        found = findings(judged)
    except GuardError as error:
        print(error, file=sys.stderr)
        return 2
    for each in found:
        print(each, file=sys.stderr)
    if not found:
        seconds = f"{synthesized - begun:.0f} + {time.monotonic() - synthesized:.0f} s"
        print(f"Guardrails: {len(judged)} templates, nothing to object to ({seconds})")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
