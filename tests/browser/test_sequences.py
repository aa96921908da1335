"""Sequences, as they are played: built, previewed, rehearsed, changed under the people in it, paused and resumed."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, WIDE, SignIn
from tests.browser.looks import check_page
from tests.browser.product import Product
from tests.waiting import wait_until


def call(product: Product, method: str, path: str, body: Any = None) -> Any:
    status, answer = product.call(method, path, product.seeded["workspaces"]["sequences"]["token"], body)
    assert status in (200, 201), answer
    return answer


def contact(product: Product, username: str, name: str, *tags: str) -> str:
    return str(call(product, "POST", "/v1/contacts", {"username": username, "name": name, "tags": tags})["id"])


def write_step(page: Page, number: int, text: str, days: int) -> None:
    step = page.locator(f"#step-{number}")
    step.get_by_label("Number").fill(str(days))
    step.get_by_label("Unit").select_option("days")
    step.get_by_label("Text").fill(text)


def build(page: Page, name: str) -> None:
    """A greeting, and a question after three days for those with a tag, which was written first and is moved down."""
    page.goto("/panel/live/sequences/sequence/")
    page.get_by_role("link", name="New sequence").first.click()
    page.get_by_label("Name").fill(name)
    write_step(page, 1, "Any news, {first_name}?", 3)
    page.locator("#step-1").get_by_text("Condition", exact=True).click()
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("Value of condition 1").fill("vip")
    page.get_by_role("button", name="Add a step").click()
    write_step(page, 2, "Hello {first_name|there}", 0)
    page.get_by_role("button", name="Move step 2 up").click()
    expect(page.locator("#step-1").get_by_label("Text")).to_have_value("Hello {first_name|there}")
    expect(page.locator("#step-2").get_by_label("Text")).to_have_value("Any news, {first_name}?")
    expect(page.locator("#step-2")).to_contain_text("Only if tag is vip.")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_text("The sequence is saved as a draft.")).to_be_visible()


def show(page: Page, button: str, contact: str) -> None:
    page.get_by_label("Contact").fill(contact)
    page.get_by_role("button", name=button, exact=True).click()


def enroll(page: Page, name: str, contact: str) -> None:
    page.goto(f"/panel/live/sequences/enrollment/enroll/?contact={contact}")
    page.get_by_role("radio", name=name).check()
    page.get_by_role("button", name="Enroll").click()
    expect(page.get_by_text("One contact is enrolled.")).to_be_visible()


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_sequence_from_its_first_step_to_a_change_under_people(product: Product, sign_in: SignIn, width: int) -> None:
    name, anna, boris = f"Welcome {width}", f"anna{width}", f"boris{width}"
    people = [contact(product, anna, "Anna Bell"), contact(product, boris, "Boris Crane", "vip")]
    page = sign_in("sequences", "agent", width=width)
    build(page, name)
    address = page.url

    page.get_by_role("link", name="Preview").click()
    show(page, "Show", f"@{anna}")
    expect(page.get_by_text("Hello Anna")).to_be_visible()
    expect(page.get_by_text("Left out")).to_be_visible()
    show(page, "Show", f"@{boris}")
    expect(page.get_by_text("Any news, Boris?")).to_be_visible()
    page.get_by_role("link", name="Back to the sequence").click()
    page.get_by_role("link", name="Rehearse").click()
    show(page, "Play", "")
    played = page.get_by_role("list").filter(has_text="Completed")
    expect(played).to_contain_text("Hello Alex")
    expect(played).to_contain_text("Left out Step 2")
    show(page, "Play again", f"@{boris}")
    expect(played).to_contain_text("Any news, Boris?")

    page.goto(address)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("The sequence is started.")).to_be_visible()
    for person in people:
        enroll(page, name, person)
    sequence = re.search(r"seq_\w+", address)
    assert sequence is not None
    wait_until(lambda: waiting(product, sequence[0]) == [("step-2", "delay")] * 2, "both have got the first step")
    page.goto(address)
    expect(page.get_by_role("link", name="2: Step 2, Active, Waits until its next step is due")).to_be_visible()

    page.get_by_role("link", name="Edit").click()
    page.locator("#step-2").get_by_label("Text").fill("How are you, {first_name}?")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("The text “Any news, {first_name}?” becomes “How are you, {first_name}?”.")).to_be_visible()
    expect(page.get_by_role("heading", name=f"2 people are in {name}")).to_be_visible()
    row = page.get_by_role("row", name="Step 2: Any news, {first_name}? 2 Step 2: How are you, {first_name}?")
    expect(row).to_be_visible()
    check_page(page)
    page.get_by_role("radio", name="Move them to the new steps").check()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Everybody in the sequence goes on with the new steps.")).to_be_visible()
    found = call(product, "GET", f"/v1/sequences/{sequence[0]}/enrollments")["data"]
    assert [each["version"] for each in found] == [2, 2]

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Everybody stays in it")).to_have_count(2)
    expect(page.get_by_text("2 people wait; the wait of none of them is over.")).to_have_count(3)
    check_page(page)
    page.get_by_role("radio", name="Go on where they stopped").check()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("The sequence is resumed.")).to_be_visible()
    wait_until(lambda: waiting(product, sequence[0]) == [("step-2", "delay")] * 2, "both wait again")


def waiting(product: Product, sequence: str) -> list[tuple[str, str]]:
    """The step for which those in the sequence wait, and why."""
    enrollments = call(product, "GET", f"/v1/sequences/{sequence}/enrollments")["data"]
    return [(each["step"], each["reason"]) for each in enrollments]


@pytest.mark.parametrize("pointer", ["mouse", "touch"])
def test_a_step_is_dragged_by_its_grip(sign_in: SignIn, pointer: str) -> None:
    page = sign_in("sequences", "agent", width=NARROW if pointer == "touch" else WIDE)
    page.goto("/panel/live/sequences/sequence/add/")
    for number, text in enumerate(("First", "Second", "Third"), 1):
        if number > 1:
            page.get_by_role("button", name="Add a step").click()
        page.locator(f"#step-{number}").get_by_label("Text").fill(text)
    grip = page.locator("#step-3 [data-handle]")
    grip.scroll_into_view_if_needed()
    box, target = grip.bounding_box(), page.locator("#step-2 h3").bounding_box()
    assert box is not None and target is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    if pointer == "mouse":
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, target["y"], steps=3)
        expect(page.locator("#step-2")).to_have_class(re.compile("cs-drop-before"))
        page.mouse.up()
    else:
        touch = page.context.new_cdp_session(page)
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": target["y"]}]})
        expect(page.locator("#step-2")).to_have_class(re.compile("cs-drop-before"))
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator("#step-2").get_by_label("Text")).to_have_value("Third")
    expect(page.locator("#step-3").get_by_label("Text")).to_have_value("Second")
