"""`cmc_math_eval`: one arithmetic expression, evaluated exactly where it can be."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from cryptodesk.tools._arithmetic import evaluate, format_decimal
from cryptodesk.tools._tool import ToolContext, built_in_tool

__all__ = ["TOOL", "MathEvalArguments", "MathEvalOutput", "MathEvalResult", "math_eval"]

_ADVICE = """\
Compute every figure that a tool did not return with cmc_math_eval; do no arithmetic in your head.
Example: {"expression": "pct_change(42000, 65000)", "precision": 2}
Operators: + - * / // % ^ (power), brackets; 12% is 0.12 at the end of a term, so adding 12 % is x*(1+12%).
Functions: abs min max sum avg round floor ceil sqrt ln log10 log(x,base) exp pct_change(from,to) cagr(from,to,years); \
constants pi e. pct_change and cagr answer in percent points.
Write full numbers without units; thousands commas only outside a function call, where a comma separates arguments.\
"""


class MathEvalArguments(Struct, frozen=True, forbid_unknown_fields=True):
    expression: Annotated[str, Meta(min_length=1, max_length=500)]
    precision: Annotated[int, Meta(ge=0, le=30, description="Round the result to this many decimals")] | UnsetType = (
        UNSET
    )


class MathEvalResult(Struct, frozen=True):
    """`result` holds every digit (at most 50); `result_number` is the nearest float."""

    expression: str
    result: str
    result_number: float
    exact: bool


class MathEvalOutput(Struct, frozen=True):
    math_eval_result: MathEvalResult


async def math_eval(arguments: MathEvalArguments, context: ToolContext) -> MathEvalOutput:
    """Evaluate one arithmetic expression exactly. For every sum, difference, ratio, percentage, profit or allocation
    that an answer states and no other tool returned."""
    precision = None if arguments.precision is UNSET else arguments.precision
    evaluation = evaluate(arguments.expression, precision)
    result = format_decimal(evaluation.value)
    return MathEvalOutput(MathEvalResult(arguments.expression, result, float(result), evaluation.is_exact))


# All digits of the float: it is the same number as `result`.
TOOL = built_in_tool(math_eval, advice=_ADVICE, float_digits=None)
