"""Sequences, as they are played: built, previewed, rehearsed, changed under the people in it, paused and resumed."""

import re
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.browser.conftest import NARROW, WIDE, SignIn, Visitors
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
    step.get_by_label("Text").fill(text)
    step.get_by_text("wait").locator("xpath=following-sibling::details[1]").locator("summary").click()
    step.get_by_label("Number").fill(str(days))
    step.get_by_label("Unit").select_option("days")
    page.keyboard.press("Escape")
    expect(step).to_contain_text(f"{days} days" if days else "no time")


def change_step(page: Page, number: int, button: str) -> None:
    page.get_by_text(f"Step {number}: move, copy, remove").locator("xpath=..").click()
    page.get_by_role("button", name=f"{button} (step {number})").click()


def build(page: Page, name: str) -> None:
    """A greeting, and a question after three days for those with a tag, which was written first and is moved down."""
    page.goto("/panel/live/sequences/sequence/")
    page.get_by_role("link", name="New sequence").first.click()
    page.get_by_label("Name", exact=True).fill(name)
    write_step(page, 1, "Any news, {first_name}?", 3)
    page.locator("#step-1").get_by_text("a condition", exact=True).click()
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("Value of condition 1").fill("vip")
    page.get_by_role("button", name="Add a step").click()
    expect(page.locator("#step-2").get_by_label("Text")).to_be_focused()
    write_step(page, 2, "Hello {first_name|there}", 0)
    change_step(page, 2, "Move up")
    expect(page.locator("#step-1").get_by_label("Text")).to_have_value("Hello {first_name|there}")
    expect(page.locator("#step-2").get_by_label("Text")).to_have_value("Any news, {first_name}?")
    expect(page.locator("#step-2")).to_contain_text("only if tag is vip")


def show(page: Page, button: str, contact: str) -> None:
    page.get_by_label("Contact").fill(contact)
    page.get_by_role("button", name=button, exact=True).click()


def choose(page: Page, contact: str) -> None:
    """Whose messages the builder shows."""
    page.locator("#for-menu summary").click()
    page.get_by_label("Name, username or e-mail").fill(contact)


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
    preview = page.get_by_role("region", name="What they get")
    choose(page, f"@{anna}")
    expect(preview).to_contain_text("Hello Anna")
    expect(preview).to_contain_text("Left out")
    page.get_by_label("Name, username or e-mail").fill("boris cr")
    expect(preview).to_contain_text("Any news, Boris?")
    page.keyboard.press("Escape")
    check_page(page)
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("The sequence is saved as a draft.")).to_be_visible()
    edit = page.url
    address = edit.replace("/edit/", "/")

    page.goto(f"{address}rehearse/")
    show(page, "Play", "")
    played = page.get_by_role("list").filter(has_text="Completed")
    expect(played).to_contain_text("Hello Alex")
    expect(played).to_contain_text("Left out Step 2")
    check_page(page)
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

    check_page(page)
    page.get_by_role("link", name="Edit").click()
    page.locator("#step-2 .cs-step-line").click()
    page.locator("#step-2").get_by_label("Text").fill("How are you, {first_name}?")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("The text “Any news, {first_name}?” becomes “How are you, {first_name}?”.")).to_be_visible()
    expect(page.get_by_role("heading", name=f"2 people are in {name}")).to_be_visible()
    row = page.get_by_role("row", name=re.compile(r"Any news, \[First name\]\? .*2 .*How are you, \[First name\]\?"))
    expect(row).to_be_visible()
    check_page(page)
    page.get_by_role("radio", name="Move them to the new steps").check()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Everybody in the sequence goes on with the new steps.")).to_be_visible()
    found = call(product, "GET", f"/v1/sequences/{sequence[0]}/enrollments")["data"]
    assert [each["version"] for each in found] == [2, 2]

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("everybody stays in it")).to_have_count(2)
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
    box, target = grip.bounding_box(), page.locator("#step-2 .cs-n").bounding_box()
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


def test_fields_and_templates_are_put_into_the_text_at_the_cursor(product: Product, sign_in: SignIn) -> None:
    call(product, "POST", "/v1/contacts", {"username": "insert_ida", "name": "Ida Insert"})
    page = sign_in("sequences", "agent")
    page.goto("/panel/live/sequences/sequence/add/")
    text = page.locator("#step-1").get_by_label("Text")
    text.fill("Hello , welcome")
    for _ in range(len(", welcome")):
        page.keyboard.press("ArrowLeft")
    page.locator("#step-1").get_by_text("Field", exact=True).click()
    page.get_by_role("button", name="First name").click()
    expect(text).to_have_value("Hello {first_name}, welcome")
    expect(text).to_be_focused()
    page.keyboard.type("!")
    expect(text).to_have_value("Hello {first_name}!, welcome")
    expect(page.locator("#gets-1 .is-lit")).to_contain_text("!, welcome")


def test_what_was_written_is_not_left_without_a_question(sign_in: SignIn) -> None:
    page = sign_in("sequences", "agent")
    page.goto("/panel/live/sequences/sequence/add/")
    page.get_by_label("Name", exact=True).fill("Unsaved")
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    page.get_by_role("link", name="Home").click()
    expect(page).to_have_url(re.compile("/panel/live/$"))
    assert asked == ["beforeunload"]
    page.goto("/panel/live/sequences/sequence/add/")
    page.get_by_label("Name", exact=True).fill("Saved with the keyboard")
    page.locator("#step-1").get_by_label("Text").fill("Hello")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("The sequence is saved as a draft.")).to_be_visible()
    assert asked == ["beforeunload"]


def test_on_a_phone_the_preview_is_one_press_away(product: Product, sign_in: SignIn) -> None:
    call(product, "POST", "/v1/contacts", {"username": "jump_jo", "name": "Jo Jump"})
    page = sign_in("sequences", "agent", width=NARROW)
    page.goto("/panel/live/sequences/sequence/add/")
    for number in range(1, 5):
        if number > 1:
            page.get_by_role("button", name="Add a step").click()
        page.locator(f"#step-{number}").get_by_label("Text").fill(f"Text {number}")
    page.evaluate("document.querySelector('#builder').scrollTo(0, 0)")
    preview = page.get_by_role("region", name="What they get")
    expect(preview.locator("h2")).not_to_be_in_viewport()
    link = page.get_by_role("link", name="What they get")
    expect(link).to_be_in_viewport()
    link.click()
    expect(preview.locator("h2")).to_be_in_viewport()
    expect(preview).to_be_focused()


def test_nothing_can_be_typed_into_steps_that_are_about_to_be_replaced(sign_in: SignIn, visitors: Visitors) -> None:
    visitors.expect(503)
    page = sign_in("sequences", "agent")
    page.goto("/panel/live/sequences/sequence/add/")
    page.locator("#step-1").get_by_label("Text").fill("First")
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "do=add" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/add/", hold)
    page.get_by_role("button", name="Add a step").click()
    expect(page.locator("#steps")).to_have_js_property("inert", True)
    assert len(held) == 1
    held[0].fulfill(status=503)
    expect(page.locator("#steps")).to_have_js_property("inert", False)
    expect(page.get_by_role("button", name="Add a step")).to_be_focused()
    page.unroute_all()
    page.get_by_role("button", name="Add a step").click()
    expect(page.locator("#step-2").get_by_label("Text")).to_be_focused()
    expect(page.locator("#steps")).to_have_js_property("inert", False)
    expect(page.locator("#step-1").get_by_label("Text")).to_have_value("First")
