from __future__ import annotations

import contextlib
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cryptodesk.core.errors import ToolArgumentError
from cryptodesk.tools._arithmetic import Evaluation, ExpressionError, evaluate, format_decimal

VALUES = [
    # expression, result, exact
    ("1", "1", True),
    ("1_000", "1000", True),
    ("1e6", "1000000", True),
    ("1.5E-3", "0.0015", True),
    (".5", "0.5", True),
    ("5.", "5", True),
    ("65,000", "65000", True),
    ("65,000 * 2", "130000", True),
    ("1,234,567.89", "1234567.89", True),
    ("max((65,000), 2)", "65000", True),
    ("(1,000 + 2,000) / 3", "1000", True),
    ("max(65,100)", "100", True),
    ("max(65, 100, 7)", "100", True),
    ("2+3*4", "14", True),
    ("(2+3)*4", "20", True),
    ("10-4-3", "3", True),
    ("100/10/5", "2", True),
    ("7//2", "3", True),
    ("-7//2", "-4", True),
    ("7//-2", "-4", True),
    ("7%3", "1", True),
    ("-7 % 3", "2", True),
    ("7 % (-3)", "-2", True),
    ("7.5 % 2", "1.5", True),
    ("1e300 % 7", "1", True),
    ("2^10", "1024", True),
    ("2**10", "1024", True),
    ("2^3^2", "512", True),
    ("-2^2", "-4", True),
    ("(-2)^2", "4", True),
    ("2^-1", "0.5", True),
    ("2^-2^2", "0.0625", True),
    ("2*-3", "-6", True),
    ("2--3", "5", True),
    ("---2", "-2", True),
    ("+5", "5", True),
    ("0^0", "1", True),
    ("4^0.5", "2", False),
    ("8^(1/3)", "2", False),
    ("1.1^2", "1.21", True),
    ("12%", "0.12", True),
    ("12% * 50", "6", True),
    ("(12%)", "0.12", True),
    ("200*(1+10%)", "220", True),
    ("sum(50%, 25%)", "0.75", True),
    ("100%%", "0.01", True),
    ("5 % -3", "-2.95", True),
    ("2^50%", "1.4142135623730950488016887242096980785696718753769", False),
    ("abs(-3.5)", "3.5", True),
    ("abs(-1234567890123456789012345678901234567890)", "1234567890123456789012345678901234567890", True),
    ("min(3, 1, 2)", "1", True),
    ("sum(0.1, 0.2)", "0.3", True),
    ("avg(1, 2, 3, 4)", "2.5", True),
    ("round(2.5)", "2", True),
    ("round(3.5)", "4", True),
    ("round(2.345, 2)", "2.34", True),
    ("round(1234, -2)", "1200", True),
    ("round(-0.4)", "0", True),
    ("floor(-1.5)", "-2", True),
    ("ceil(1.2)", "2", True),
    ("sqrt(16)", "4", True),
    ("sqrt(2)", "1.4142135623730950488016887242096980785696718753769", False),
    ("ln(1)", "0", True),
    ("ln(10)", "2.3025850929940456840179914546843642076011014886288", False),
    ("log10(1000)", "3", True),
    ("log(1000, 10)", "3", True),
    ("log(8, 2)", "3", False),
    ("exp(0)", "1", True),
    ("exp(1)", "2.7182818284590452353602874713526624977572470937", False),
    ("pi", "3.1415926535897932384626433832795028841971693993751", False),
    ("e", "2.7182818284590452353602874713526624977572470937", False),
    ("pct_change(42000, 65000)", "54.761904761904761904761904761904761904761904761905", False),
    ("pct_change(50, 75)", "50", True),
    ("cagr(100, 400, 2)", "100", False),
    ("1/3*3", "1", False),
    ("1/8", "0.125", True),
    ("1e60", "1e+60", True),
    ("1e400/1e399", "10", True),
    ("-0", "0", True),
    ("1.50*2", "3", True),
    ("(65000-42000)/42000*100", "54.761904761904761904761904761904761904761904761905", False),
    (" 1\t+\n1 ", "2", True),
]

FAILURES = [
    ("1/0", "division by zero"),
    ("1//0", "division by zero"),
    ("1 % (1-1)", "division by zero"),
    ("0^-1", "division by zero"),
    ("pct_change(0, 5)", "division by zero"),
    ("cagr(1, 2, 0)", "division by zero"),
    ("sqrt(-1)", "domain error: sqrt of a negative number"),
    ("ln(0)", "domain error: ln of a number that is not positive"),
    ("log10(-1)", "domain error: log10 of a number that is not positive"),
    ("log(5, 1)", "domain error: log with base 1"),
    ("(-8)^(1/3)", "domain error: power of a negative number with a fractional exponent"),
    ("cagr(-1, 2, 3)", "domain error: cagr of a number that is not positive"),
    ("round(1, 0.5)", "domain error: round to a number of decimals that is not an integer in -50..50"),
    ("1e308", "result out of range"),
    ("-1e308", "result out of range"),
    ("1e1001", "result out of range"),
    ("1e-1001", "result out of range"),
    ("2^1001", "result out of range"),
    ("9^9^9^9", "result out of range"),
    ("exp(1e300)", "result out of range"),
    ("exp(-1e300)", "result out of range"),
    ("((9^1000)^1000)", "result out of range"),
    ("1e900 // 1e-200", "result out of range"),
    ("x + 1", "unknown name 'x'"),
    ("MAX(1)", "unknown name 'MAX'"),
    ("a.b", "syntax error at position 1"),
    ("", "syntax error at position 0"),
    ("   ", "syntax error at position 3"),
    ("1 +", "syntax error at position 3"),
    ("1 2", "syntax error at position 2"),
    ("(1", "syntax error at position 2"),
    ("1)", "syntax error at position 1"),
    ("()", "syntax error at position 1"),
    ("max()", "syntax error at position 4"),
    ("max", "syntax error at position 3"),
    ("pi(2)", "syntax error at position 2"),
    ("2e", "syntax error at position 1"),
    ("2 pi", "syntax error at position 2"),
    ("1__0", "syntax error at position 1"),
    ("1..2", "syntax error at position 2"),
    ("1,00", "syntax error at position 1"),
    ("1000,000", "syntax error at position 4"),
    ("0,500", "syntax error at position 1"),
    ("max(1,000, 2)", "syntax error at position 5"),
    ("1 == 1", "syntax error at position 2"),
    ("x = 1", "syntax error at position 2"),
    ("'a'", "syntax error at position 0"),
    ("$5", "syntax error at position 0"),
    ("١ + 1", "syntax error at position 0"),
    ("__import__('os')", "syntax error at position 11"),
    ("1/0 +", "syntax error at position 5"),
    ("log(2)", "wrong number of arguments for 'log': expected 2, got 1"),
    ("round(1, 2, 3)", "wrong number of arguments for 'round': expected 1 to 2, got 3"),
]


@pytest.mark.parametrize(("expression", "result", "exact"), VALUES)
def test_an_expression_has_its_value(expression: str, result: str, exact: bool) -> None:
    evaluation = evaluate(expression)
    assert (format_decimal(evaluation.value), evaluation.is_exact) == (result, exact)


@pytest.mark.parametrize(("expression", "message"), FAILURES)
def test_what_has_no_value_says_why(expression: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(expression)
    assert caught.value.message == message
    assert isinstance(caught.value, ToolArgumentError)


@pytest.mark.parametrize(
    ("expression", "precision", "result", "exact"),
    [
        ("2/3", 2, "0.67", False),
        ("2.5", 0, "2", True),
        ("3.5", 0, "4", True),
        ("1/4", 4, "0.25", True),
        ("1e300/3", 2, "3.3333333333333333333333333333333333333333333333333e+299", False),
        ("0.004", 2, "0", True),
    ],
)
def test_precision_rounds_half_even_and_adds_no_digits(
    expression: str, precision: int, result: str, exact: bool
) -> None:
    evaluation = evaluate(expression, precision)
    assert (format_decimal(evaluation.value), evaluation.is_exact) == (result, exact)


def test_two_hundred_tokens_are_read_and_one_more_is_refused() -> None:
    assert evaluate("-" + "1+" * 99 + "1").value == 98
    with pytest.raises(ExpressionError, match="more than 200 tokens"):
        evaluate("1+" * 100 + "1")


@pytest.mark.parametrize("nested", ["({})", "abs({})", "1^{}"])
def test_thirty_two_levels_are_read_and_one_more_is_refused(nested: str) -> None:
    def deep(levels: int) -> str:
        expression = "1"
        for _ in range(levels):
            expression = nested.format(expression)
        return expression

    assert evaluate(deep(32)) == Evaluation(Decimal(1), is_exact=True)
    with pytest.raises(ExpressionError, match="more than 32 levels"):
        evaluate(deep(33))


@pytest.mark.parametrize(
    "hostile",
    [
        "9" * 500,
        "9^" * 31 + "9",
        "exp(exp(exp(exp(99))))",
        "(1e1000^1000)^1000",
        "1.000000001^1000^1000",
        "1e1000 % 7e-1000",
        "1e-1000 // 3e1000",
        "%" * 100,
        "-" * 199 + "1",
        "," * 500,
        "1," * 250,
        "1_" * 250,
        "(" * 500,
        "1e" + "9" * 498,
        "." * 500,
    ],
)
def test_hostile_text_ends_in_a_value_or_an_error_of_ours(hostile: str) -> None:
    with contextlib.suppress(ExpressionError):
        assert evaluate(hostile).value.is_finite()


ALPHABET = "0123456789.,_eE+-*/%^()  abcmxinsurtlogpdvf'\"=<>!@#${}[]\\\n\t\x00١é"


@given(st.text(st.sampled_from(ALPHABET), max_size=120) | st.text(max_size=60))
def test_no_text_raises_anything_but_our_error(text: str) -> None:
    try:
        evaluation = evaluate(text)
    except ExpressionError:
        return
    assert evaluation.value.is_finite()
    float(format_decimal(evaluation.value))


TREES = st.recursive(
    st.tuples(st.integers(0, 10**6), st.integers(0, 4)).map(
        lambda pair: (_literal(*pair), Fraction(pair[0], 10 ** pair[1]))
    ),
    lambda child: st.tuples(st.sampled_from("+-*/"), child, child).map(lambda node: _combined(*node)),
    max_leaves=12,
)


def _literal(digits: int, decimals: int) -> str:
    return format(Decimal(digits).scaleb(-decimals), "f")


def _combined(
    operator: str, left: tuple[str, Fraction | None], right: tuple[str, Fraction | None]
) -> tuple[str, Fraction | None]:
    text = f"({left[0]}{operator}{right[0]})"
    if left[1] is None or right[1] is None or (operator == "/" and right[1] == 0):
        return text, None
    value = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
    }[operator](left[1], right[1])
    return text, value


@given(TREES)
def test_the_value_is_that_of_exact_fractions(tree: tuple[str, Fraction | None]) -> None:
    expression, value = tree
    assume(expression.count("(") <= 32)
    if value is None:
        with pytest.raises(ExpressionError, match="division by zero"):
            evaluate(expression)
        return
    evaluation = evaluate(expression)
    # Cancelling may lift an error of the sixtieth digit; what is left is far below any figure in an answer.
    assert abs(Fraction(evaluation.value) - value) <= max(abs(value), Fraction(1)) / 10**30
    if evaluation.is_exact:
        assert Fraction(evaluation.value) == value


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-(10**12), max_value=10**12),
    st.integers(1, 40),
)
def test_integer_powers_agree_with_decimal(base: Decimal, exponent: int) -> None:
    assume(abs(base) > Decimal("1e-6"))
    context = Context(prec=50, rounding=ROUND_HALF_EVEN, Emax=10**6, Emin=-(10**6))
    exact = Fraction(base) ** exponent
    if abs(exact) >= 10**308:
        return
    expected = context.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    value = evaluate(f"({base:f})^{exponent}").value
    assert abs(value - expected) <= abs(expected) * Decimal("1e-48")
