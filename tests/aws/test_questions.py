"""Laws of marts and questions on AWS: each in order, in the engine's words, with the columns its table has."""

from __future__ import annotations

import re

import pytest
from sqlglot import exp, parse_one

from footfall import insights
from footfall.aws import questions

MARTS = questions.marts()
QUESTIONS = questions.questions()


def test_every_mart_comes_after_those_that_it_reads() -> None:
    names = [mart["name"] for mart in MARTS]
    assert set(names) == {*insights.daily(), *insights.history(), *insights.standing()}
    for place, name in enumerate(names):
        assert set(insights.marts()[name].reads) <= set(names[:place])


@pytest.mark.parametrize("mart", MARTS, ids=lambda mart: mart["name"])
def test_a_mart_is_spark_s_sql_with_what_the_job_gives(mart: dict[str, object]) -> None:
    tree = parse_one(str(mart["sql"]), dialect="spark")
    assert isinstance(tree, exp.Query)
    assert {each.name for each in tree.find_all(exp.Placeholder)} <= {"since", "until", "as_of"}
    assert tree.named_selects == [*dict(mart["columns"])]  # type: ignore[call-overload]
    assert "$" not in str(mart["sql"])


def test_every_question_is_asked_in_athena_s_words_of_marts_alone() -> None:
    assert [each.name for each in QUESTIONS] == [*insights.questions()]
    for each in QUESTIONS:
        tree = parse_one(each.sql, dialect="trino")
        own = {cte.alias for cte in tree.find_all(exp.CTE)} | {"p"}
        assert {table.name for table in tree.find_all(exp.Table)} - own <= set(insights.marts()), each.name
        assert not re.search(r"\$\w", each.sql)
