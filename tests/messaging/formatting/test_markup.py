"""Markdown and HTML become a text with entities, or an error that names the position; values are never markup."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.formatting.entities import Entity, EntityKind, Formatted, is_safe_url, utf16_length
from messaging.formatting.html import to_html
from messaging.formatting.markup import parse
from messaging.formatting.source import FormatError
from messaging.formatting.variables import TemplateSyntaxError, TemplateUnresolved
from messaging.models import Format
from tests.fuzzing import examples

HOSTILE = "A&b **x** `y` ||z|| [t](https://evil.example) <b>\"'</b></a> {first_name} \\ _u_"
VALUES = {"name": "Anna", "none": None, "empty": "", "hostile": HOSTILE, "email": "a@b.example"}


def shown(text: str, format: str) -> str:
    filled = parse(text, format).fill(VALUES)
    return to_html(filled.text, filled.entities)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("plain", "plain"),
        ("**bold**", "<b>bold</b>"),
        ("*italic* _italic_", "<i>italic</i> <i>italic</i>"),
        ("__underline__", "<u>underline</u>"),
        ("~~strike~~", "<s>strike</s>"),
        ("||spoiler||", "<tg-spoiler>spoiler</tg-spoiler>"),
        ("`code`", "<code>code</code>"),
        ("`` a`b ``", "<code>a`b</code>"),
        ("` `` `", "<code>``</code>"),
        ("`**not bold** \\`", "<code>**not bold** \\</code>"),
        ("```\nx = 1\n\ny\n```", "<pre>x = 1\n\ny</pre>"),
        ("```python\nx = 1\n```\nafter", '<pre><code class="language-python">x = 1</code></pre>\nafter'),
        ("````\n```\n````", "<pre>```</pre>"),
        ("```inline```", "<code>inline</code>"),
        ("> said\n> *so*\nanswer", "<blockquote>said\n<i>so</i></blockquote>\nanswer"),
        (">said", "<blockquote>said</blockquote>"),
        ("> a\n\n> b", "<blockquote>a</blockquote>\n\n<blockquote>b</blockquote>"),
        ("> ```\n> x\n> ```", "<blockquote><pre>x</pre></blockquote>"),
        ("[text](https://a.example/?q=1&r=2)", '<a href="https://a.example/?q=1&amp;r=2">text</a>'),
        ("[t](https://a.example/b_(c))", '<a href="https://a.example/b_(c)">t</a>'),
        ("[t](https://a.example/\\))", '<a href="https://a.example/)">t</a>'),
        ("[**t**](tg://resolve?domain=x)", '<a href="tg://resolve?domain=x"><b>t</b></a>'),
        ("**[t](mailto:a@b.example)**", '<a href="mailto:a@b.example"><b>t</b></a>'),
        ("[a [b] c](https://a.example)", '<a href="https://a.example">a [b] c</a>'),
        ("***both***", "<b><i>both</i></b>"),
        ("***bold** italic*", "<i><b>bold</b> italic</i>"),
        ("***italic* bold**", "<b><i>italic</i> bold</b>"),
        ("*italic **bold***", "<i>italic <b>bold</b></i>"),
        ("**bold *italic***", "<b>bold <i>italic</i></b>"),
        ("___both___", "<i><u>both</u></i>"),
        ("**two\nlines**", "<b>two\nlines</b>"),
        ("in**si**de 2**3**4", "in<b>si</b>de 2<b>3</b>4"),
        # Literal characters, as in CommonMark.
        ("snake_case_name and a_b__c", "snake_case_name and a_b__c"),
        ("2 * 3 ** 4 | 5 || 6 ~ 7 ~~ 8 _ 9", "2 * 3 ** 4 | 5 || 6 ~ 7 ~~ 8 _ 9"),
        ("array[0] [x] ](y) [z", "array[0] [x] ](y) [z"),
        ("\\*a\\* \\_b\\_ \\[c](d) \\`e\\` \\||f\\|| \\\\ \\q", "*a* _b_ [c](d) `e` ||f|| \\ \\q"),
        ("\\> no quote\n1 > 0", "&gt; no quote\n1 &gt; 0"),
        ("<b>&amp;</b>", "&lt;b&gt;&amp;amp;&lt;/b&gt;"),
        ("# h\n- i\n![t](https://a.example)", '# h\n- i\n!<a href="https://a.example">t</a>'),
        # What is around the text is dropped, as Telegram does, if something is formatted.
        ("\n **a** \n", "<b>a</b>"),
        ("\n a \n", "\n a \n"),
        ("😀**😀**", "😀<b>😀</b>"),
        ("\r\n**a\r\nb**\rc", "<b>a\nb</b>\nc"),
    ],
)
def test_markdown(text: str, html: str) -> None:
    assert shown(text, "markdown") == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<b>b</b><i>i</i><u>u</u><s>s</s>", "<b>b</b><i>i</i><u>u</u><s>s</s>"),
        ("<tg-spoiler>x</tg-spoiler>", "<tg-spoiler>x</tg-spoiler>"),
        ("<code>a **b** &lt;</code>", "<code>a **b** &lt;</code>"),
        ("<pre>a\n b</pre>", "<pre>a\n b</pre>"),
        ("<pre><code>a</code></pre>", "<pre>a</pre>"),
        ('<pre><code class="language-c++">a</code></pre>', '<pre><code class="language-c++">a</code></pre>'),
        ("<blockquote>a<b>b</b></blockquote>", "<blockquote>a<b>b</b></blockquote>"),
        (
            "<a href='https://a.example/?q=1&copy=2&amp;r'>t</a>",
            '<a href="https://a.example/?q=1&amp;copy=2&amp;r">t</a>',
        ),
        ('<A HREF = "https://a.example" >t</A>', '<a href="https://a.example">t</a>'),
        ("<b><i>a</i></b>", "<b><i>a</i></b>"),
        ("<B>a</B >", "<b>a</b>"),
        ("Q&A & &lt;&#65;&#x42;&eacute; &amp;lt;", "Q&amp;A &amp; &lt;ABé &amp;lt;"),
        ("**a** _b_ > c", "**a** _b_ &gt; c"),
        # Nothing is over code in Telegram but a quote.
        ("<b>a <code>c</code> d</b>", "<b>a </b><code>c</code><b> d</b>"),
    ],
)
def test_html(text: str, html: str) -> None:
    assert shown(text, "html") == html


@pytest.mark.parametrize(
    ("text", "position", "detail"),
    [
        ("a **b", 3, "unclosed ** at character 3; close it, or write \\* for the character"),
        ("😀 _b", 3, "unclosed _ at character 3; close it, or write \\_ for the character"),
        ("{{}} {name} ~~b", 13, "unclosed ~~ at character 13; close it, or write \\~ for the character"),
        ("***a**", 1, "unclosed * at character 1; close it, or write \\* for the character"),
        ("> **a\n> b\nc**", 3, "unclosed ** at character 3; close it, or write \\* for the character"),
        (
            "5*",
            2,
            "nothing is open for the * at character 2; close what was opened last, or write \\* for the character",
        ),
        (
            "*a **b* c**",
            7,
            "crossed markup: a * closes at character 7; close what was opened last, or write \\* for the character",
        ),
        (
            "**a ||b** c||",
            8,
            "crossed markup: a ** closes at character 8; close what was opened last, or write \\* for the character",
        ),
        ("`a\nb`", 1, "unclosed ` at character 1; close it on its line, or write \\` for the character"),
        ("``a`", 1, "unclosed `` at character 1; close it on its line, or write \\` for the character"),
        ("x\n```\na", 3, "unclosed ``` at character 3; end the block with a line ```"),
        ("```a b\nx\n```", 4, "not the name of a language at character 4; it has letters, digits and _+#.- alone"),
        ("> a\n> > b", 7, "a quote in a quote at character 7; write \\> for the character"),
        (
            "[](https://a.example)",
            1,
            "a link without text at character 1; write [text](address), or \\[ for the character",
        ),
        ("[a](b c)", 4, "the address of a link is not closed at character 4; write [text](address) without blanks"),
        ("[a](b", 4, "the address of a link is not closed at character 4; write [text](address) without blanks"),
        (
            "[a *b](https://a.example) c*",
            6,
            "crossed markup: a link ends before the * in it at character 6; close that first",
        ),
        (
            "*a [b* c](https://a.example)",
            4,
            "crossed markup: a link begins in what ends in its text at character 4; close one in the other",
        ),
        (
            "[a [b](https://a.example)](https://a.example)",
            1,
            "a link around a link at character 1; a link has neither links nor code in it",
        ),
        (
            "[`b`](https://a.example)",
            1,
            "a link around a code at character 1; a link has neither links nor code in it",
        ),
    ],
)
def test_wrong_markdown_is_refused_with_its_position(text: str, position: int, detail: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse(text, "markdown")
    assert (caught.value.position, caught.value.detail, str(caught.value)) == (position, detail, detail)


@pytest.mark.parametrize(
    ("text", "position", "detail"),
    [
        ("a<b>b", 2, "unclosed <b> at character 2; close it with </b>"),
        ("</b>", 1, "nothing is open for </b> at character 1; open it, or leave this out"),
        ("<b>a<i>b</b></i>", 9, "crossed markup: </b> closes at character 9; close <i> first"),
        ("{name}<i></b></i>", 10, "nothing is open for </b> at character 10; close <i> first"),
        ("1 < 2", 3, "a single < at character 3; write &lt; for the character"),
        ("<b", 1, "a single < at character 1; write &lt; for the character"),
        ("<!-- a -->", 1, "a single < at character 1; write &lt; for the character"),
        (
            "a<script>",
            2,
            "unknown tag <script> at character 2; there are b, i, u, s, a, code, pre, blockquote, tg-spoiler;"
            " write &lt; for the character <",
        ),
        ('<b onclick="x">a</b>', 4, "unknown attribute onclick at character 4; there is href of <a> alone"),
        (
            '<a href="https://a.example" href="https://a.example">a</a>',
            28,
            'not an attribute of <a> at character 28; write name="value", each once',
        ),
        ("<a href=https://a.example>a</a>", 3, 'not an attribute of <a> at character 3; write name="value", each once'),
        ("<b>a</b x>", 5, "attributes of </b> at character 5; write </b>"),
        ("<a>x</a>", 1, 'a link without an address at character 1; write <a href="https://example.com/">'),
        ("&nope;", 1, "unknown character reference &nope; at character 1; write &amp; for the character &"),
        ("a&#0;", 2, "the reference &#0; to no character at character 2; give the number of a character"),
        ("&#xD800;", 1, "the reference &#xD800; to no character at character 1; give the number of a character"),
        ("&#1114112;", 1, "the reference &#1114112; to no character at character 1; give the number of a character"),
        (
            "<code><b>a</b></code>",
            7,
            "<b> in code at character 7; code has no other markup in it; write &lt; for the character",
        ),
        ("<b><b>a</b></b>", 4, "<b> in <b> at character 4; close that first"),
        ("<b><blockquote>a</blockquote></b>", 4, "<blockquote> in <b> at character 4; close that first"),
        (
            '<a href="https://a.example"><code>a</code></a>',
            29,
            "<code> in <a> at character 29; close that first",
        ),
        (
            '<pre><code class="x">a</code></pre>',
            19,
            'not a language at character 19; write <pre><code class="language-python">',
        ),
    ],
)
def test_wrong_html_is_refused_with_its_position(text: str, position: int, detail: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse(text, "html")
    assert (caught.value.position, caught.value.detail) == (position, detail)


@pytest.mark.parametrize("text", ["**{", "*}*", "`{}`"])
def test_braces_are_variables_in_every_format(text: str) -> None:
    for format in Format:
        with pytest.raises(TemplateSyntaxError):
            parse(text, format)
    assert parse("`{{x}}`", "markdown").fill({}) == Formatted("{x}", (Entity(EntityKind.CODE, 0, 3),))


# --- Variables --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("format", list(Format))
def test_values_and_fallbacks_are_never_markup(format: str) -> None:
    assert parse("{hostile}", format).fill(VALUES) == Formatted(HOSTILE)
    assert parse("{none|**a** <b>}", format).fill(VALUES) == Formatted("**a** <b>")


def test_variables_stand_inside_markup() -> None:
    bold = (Entity(EntityKind.BOLD, 3, utf16_length(HOSTILE)),)
    assert parse("Hi **{hostile}**!", "markdown").fill(VALUES) == Formatted(f"Hi {HOSTILE}!", bold)
    assert parse("Hi <b>{hostile}</b>!", "html").fill(VALUES) == Formatted(f"Hi {HOSTILE}!", bold)
    assert parse("*{empty|}* **{empty|😀}** x", "markdown").fill(VALUES) == Formatted(
        "😀 x", (Entity(EntityKind.BOLD, 0, 2),)
    )


def test_variable_without_value_is_unresolved() -> None:
    with pytest.raises(TemplateUnresolved):
        parse("**{none}**", "markdown").fill(VALUES)
    with pytest.raises(TemplateUnresolved):
        parse("[a](https://a.example/{none})", "markdown").fill(VALUES)


@pytest.mark.parametrize(
    ("address", "filled"),
    [
        ("https://a.example/{name}", "https://a.example/Anna"),
        ("https://a.example?q={name}&r={none|x y}#{name}", "https://a.example?q=Anna&r=x%20y#Anna"),
        ("tg://resolve?domain={name}", "tg://resolve?domain=Anna"),
        ("mailto:{email}?subject={name}", "mailto:a@b.example?subject=Anna"),
        ("https://a.example/{email}", "https://a.example/a%40b.example"),
    ],
)
def test_values_in_addresses_are_encoded(address: str, filled: str) -> None:
    for text, format in ((f"[t]({address})", "markdown"), (f'<a href="{address}">t</a>', "html")):
        assert parse(text, format).fill(VALUES) == Formatted("t", (Entity(EntityKind.LINK, 0, 1, filled),))


@pytest.mark.parametrize(
    "address",
    ["{name}", "{name}://a.example/", "https://{name}", "https://{name}/", "https://a.example{name}", "https:{name}"]
    + ["https://a.example:{name}/", "https://{name}@a.example/", "javascript:{name}", "https:///{name}", "a/{name}"],
)
def test_variable_may_not_be_in_the_host_of_an_address(address: str) -> None:
    for text, format, position in ((f"[t]({address})", "markdown", 5), (f'<a href="{address}">t</a>', "html", 10)):
        with pytest.raises(FormatError) as caught:
            parse(text, format)
        assert caught.value.position == position
        assert caught.value.detail == (
            f"a variable in the host of an address at character {position};"
            " write the host and a / before the first variable"
        )


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "a.example", "//a.example", "/x", "https://", "http:///x", "mailto:"]
    + ["ftp://a.example", "https:\\\\a.example", "https://a.example\\@evil.example", 'https://a.example/"x', "tg://"]
    + [f"https://a.example/{'x' * 2048}", "https://a.example/\x00", "https://a.example/\u2028"],
)
def test_addresses_that_no_link_may_have(address: str) -> None:
    assert not is_safe_url(address)
    with pytest.raises(FormatError) as caught:
        parse(f'<a href="{address.replace(chr(34), "&quot;")}">t</a>', "html")
    assert caught.value.position == 10


@examples(300)
@given(st.text(st.one_of(st.sampled_from("/?#@:.%\\ <>\"'&*_[]()"), st.characters(exclude_categories=["Cs"]))))
def test_no_value_changes_the_host_of_an_address(value: str) -> None:
    filled = parse("[t](https://a.example/{x|y})", "markdown").fill({"x": value[:200]})
    (link,) = filled.entities
    rest = link.url.removeprefix("https://a.example/")
    assert rest != link.url
    assert not set(rest) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%")


def test_address_that_gets_too_long_is_an_error() -> None:
    with pytest.raises(ValueError, match="at most 2048 characters"):
        parse("[t](https://a.example/{x})", "markdown").fill({"x": "é" * 400})


# --- Bounds -----------------------------------------------------------------------------------------------------------
def test_more_than_a_hundred_formatted_passages_are_refused() -> None:
    assert len(parse("**a** " * 100, "markdown").spans) == 100
    with pytest.raises(FormatError) as caught:
        parse("**a** " * 101, "markdown")
    assert caught.value.detail == ("more than 100 formatted passages at character 601; a message may have no more")


@pytest.mark.parametrize("format", ["markdown", "html"])
@pytest.mark.parametrize(
    "unit",
    [
        "*",
        "*a ",
        "**a ",
        "[",
        "[*",
        "[a](",
        "](",
        "`",
        "` `` ",
        "``` \n",
        "> ",
        ">\n",
        "_a",
        "||a ",
        "\\",
        "<",
        "<b>",
        "<a ",
    ]
    + [
        "<a href='",
        "&",
        "&#",
        "&a",
        "</b>",
        "*a[",
        "*a* ",
        "{a}",
        "[a](https://b.example(",
        "~~a ",
        "***a** ",
        "\ufffc",
    ],
)
def test_hostile_texts_take_linear_time(unit: str, format: str) -> None:
    text = (unit * 200_000)[:200_000].rpartition("{")[0] or (unit * 200_000)[:200_000]
    started = time.process_time()
    for source in (text, "a* b] c) " * 10_000 + text):
        try:
            parse(source, format)
        except FormatError as error:
            assert 1 <= error.position <= len(source)
    assert time.process_time() - started < 5


MARKUP = [
    "*",
    "**",
    "_",
    "__",
    "~~",
    "||",
    "`",
    "```",
    "\n",
    "> ",
    "[",
    "](https://a.example)",
    "\\",
    " ",
    "a",
    "😀",
    ".",
]
TAGS = [f"<{slash}{name}>" for name in ("b", "i", "code", "pre", "blockquote", "tg-spoiler") for slash in ("", "/")]
PIECES = [*MARKUP, *TAGS, *"a😀.", '<a href="https://a.example">', "</a>", "&lt;", "&", "{name}", "{none|x}"]


@examples(500)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.sampled_from(list(Format)))
def test_any_text_is_parsed_or_refused_with_its_position(text: str, format: str) -> None:
    try:
        filled = parse(text, format).fill(VALUES)
    except FormatError as error:
        assert 1 <= error.position <= len(text)
        assert f"at character {error.position}; " in error.detail
        return
    assert parse(to_html(filled.text, filled.entities).replace("{", "{{"), "html").fill({}) == filled


def test_escaped_text_is_itself() -> None:
    generator = random.Random(7)
    for _ in range(2000):
        text = "".join(generator.choices("*_~|`[]()\\><&ab \n😀#", k=generator.randint(0, 14)))
        escaped = "".join(f"\\{char}" if char in "*_~|`[]()\\><&#" else char for char in text)
        assert parse(escaped, "markdown").fill({}) == Formatted(text)
        assert parse(to_html(text, ()), "html").fill({}) == Formatted(text)
