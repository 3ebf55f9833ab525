"""Markdown tables."""

from clime_core.simulation.report.markdown import table


def test_a_table_has_a_head_a_rule_and_a_line_for_each_row() -> None:
    """Cells may be of any type."""
    assert table(("", "minutes"), [("share", 1.5), ("words", None)]) == (
        "|  | minutes |\n| --- | --- |\n| share | 1.5 |\n| words | None |"
    )


def test_a_table_without_rows_is_its_head() -> None:
    """So that an empty section is seen as such."""
    assert table(("a", "b"), []) == "| a | b |\n| --- | --- |"
