"""What is behind each answer: its title, its definition, its SQL."""

from __future__ import annotations

from dataclasses import dataclass

from footfall import insights

QUESTIONS = {
    "visitors": "unique_visitors",
    "reach": "visitors_of_range",
    "sales": "sales",
    "carts": "abandoned_carts",
    "presets": "cart_presets",
    "recovery": "recovery_list",
    "hours": "top_categories",
    "weekdays": "top_categories",
    "windows": "discount_windows",
    "brands": "brands_to_promote",
    "funnel": "funnel",
    "acquisition": "acquisition",
    "retention": "retention",
    "journeys": "journeys",
}
"""The question behind each export."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An export of the plane, and the question that it answers."""

    name: str
    question: str

    @property
    def title(self) -> str:
        """A few words."""
        return insights.questions()[self.question].header["title"]

    @property
    def definition(self) -> str:
        """What its words mean."""
        return insights.questions()[self.question].header["definition"]

    @property
    def sql(self) -> str:
        """The question as every engine asks it, without its header."""
        lines = insights.questions()[self.question].text.splitlines()
        first = next(place for place, line in enumerate(lines) if not line.startswith("--"))
        return "\n".join(lines[first:])


ANSWERS = {name: Answer(name, question) for name, question in QUESTIONS.items()}
