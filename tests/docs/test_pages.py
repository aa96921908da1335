"""How the tests read the blocks of a page."""

from tests.docs.pages import parse


def test_the_answer_below_an_example_in_several_languages_is_that_of_the_first() -> None:
    code = [("sh", "a"), ("python", "b"), ("ts", "c"), ("json", "1"), ("sh", "d"), ("json", "2")]
    text = "# T\n\n" + "\n\n".join(f"```{language}\n{line}\n```" for language, line in code) + "\n"
    blocks = parse("page.md", text)
    answers = [(each.language, each.answer.text if each.answer else None) for each in blocks]
    assert answers == [
        ("sh", "1\n"),
        ("python", None),
        ("ts", None),
        ("json", None),
        ("sh", "2\n"),
        ("json", None),
    ]
