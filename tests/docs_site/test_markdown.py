"""Markdown as the documentation renders it."""

import pytest

from crmsolid.docs.markdown import Rendered, render


def rendered(markdown: str) -> Rendered:
    """``known.md`` is the one page there is."""
    addresses = {"known.md": "/docs/known", "#here": "#here"}
    return render(
        f"# Title\n\n{markdown}", link=lambda each: addresses.get(each, ""), image=lambda each: f"/img/{each}"
    )


def test_headings_have_the_anchors_that_github_gives_them() -> None:
    page = rendered("## Settings > API Keys\n\n## `make run`, and more\n\n### Again\n\n### Again\n\n## snake_case\n")
    anchors = [heading.anchor for heading in page.headings]
    assert anchors == ["title", "settings--api-keys", "make-run-and-more", "again", "again-1", "snake_case"]
    assert (
        '<h2 id="settings--api-keys">Settings &gt; API Keys <a class="docs-anchor" href="#settings--api-keys"'
        in page.html
    )


def test_title_and_summary_are_taken_from_the_text() -> None:
    page = rendered("What `this`\nis **about**.\n\n## More\n")
    assert (page.title.text, page.summary) == ("Title", "What this is about.")
    assert rendered("## At once\n\ntext").summary == ""
    assert "<h1" not in page.html


def test_text_without_a_title_is_no_page() -> None:
    with pytest.raises(ValueError, match="begins with its title"):
        render("text\n\n# Late", link=str, image=str)


def test_raw_html_and_links_that_run_scripts_are_shown_as_text() -> None:
    html = rendered('<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror="y">').html
    assert "<script" not in html and "<img" not in html and "href" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_links_lead_to_pages_or_become_text() -> None:
    html = rendered("[a](known.md) [b](#here) [c](../crmsolid/urls.py) and [`d`](gone.md)").html
    assert html == (
        '<p><a href="/docs/known">a</a> <a href="#here">b</a> <span>c</span> and <span><code>d</code></span></p>\n'
    )


def test_images_get_the_address_of_the_site() -> None:
    assert (
        '<img src="/img/home.png" alt="The &quot;home&quot; page" loading="lazy"'
        in rendered('![The "home" page](home.png)').html
    )


def test_code_has_classes_for_its_colours_and_a_button_to_copy_it() -> None:
    page = rendered('```json\n{"a": 1}\n```\n\n```unheard-of\n<b>\n```\n\n    indented\n')
    assert '<span class="nt">&quot;a&quot;</span>' in page.html.replace('"a"', "&quot;a&quot;")
    assert '<pre id="code-block-2" data-scrolls><code>&lt;b&gt;\n</code></pre>' in page.html
    assert page.html.count('<button type="button" class="docs-copy" data-copy="#code-block-') == 3
    assert "style=" not in page.html


def test_columns_are_aligned_by_classes() -> None:
    html = rendered("| a | b |\n| -: | :-: |\n| 1 | 2 |\n").html
    assert '<th class="docs-right">a</th>' in html and '<td class="docs-center">2</td>' in html
    assert "style=" not in html


def test_rows_and_items_that_begin_with_code_explain_a_name() -> None:
    table = "| setting | default |\n| - | - |\n| `PORT`, a number | 8000 |\n| other | `x` |\n"
    items = "- `X-Id` is kept\n- other `y`\n- `GET /z` is an example\n"
    page = rendered(f"{table}\n{items}")
    definitions = [(each.name, each.text) for each in page.sections[0].definitions]
    assert definitions == [("PORT", "8000"), ("X-Id", "X-Id is kept")]


def test_sections_have_the_text_below_their_heading() -> None:
    page = rendered(
        "Intro\n\n## One\n\n- a `b`\n\n| c | d |\n| - | - |\n| e | f |\n\n```sh\nmake  run\n```\n\n## Two\n"
    )
    assert [(section.heading.text, section.text) for section in page.sections] == [
        ("Title", "Intro"),
        ("One", "a b c d e f make run"),
        ("Two", ""),
    ]


def test_examples_in_several_languages_are_tabs() -> None:
    html = rendered("```sh\na\n```\n\n```python\nb\n```\n```ts\nc\n```\n\n```json\n{}\n```\n\n```sh\nd\n```").html
    assert html.count("<div data-tabs>") == 1
    example = html.split("<div data-tabs>")[1].split('id="code-block-4"')[0]
    assert [part.split('"')[0] for part in example.split('data-tab="')[1:]] == ["curl", "Python", "TypeScript"]
    assert html.count('class="docs-tab-title"') == 3
    sh, python, json = (f"```{language}\na\n```\n" for language in ("sh", "python", "json"))
    for apart in (sh + sh, sh + python, f"{sh}text\n{python}", json + sh):
        assert "data-tab" not in rendered(apart).html
