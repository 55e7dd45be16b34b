"""Let the wildcards of a policy match line breaks.

Gap: `*` and `?` in a policy stop at a line break.
Consequence: no role may touch an object whose key holds one, though it may touch `bucket/*`.
Repair: compile the patterns so that a wildcard matches any character.
"""

import re

from ministack.core import iam_evaluator


def apply() -> None:
    compile_pattern = iam_evaluator._fnmatch_compile

    def compile_across_lines(pattern: str, ignore_case: bool) -> re.Pattern[str]:
        compiled = compile_pattern(pattern, ignore_case)
        return re.compile(compiled.pattern, compiled.flags | re.DOTALL)

    iam_evaluator._fnmatch_compile = compile_across_lines
