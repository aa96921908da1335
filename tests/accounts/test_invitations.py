"""Invitations: a one-time link, which makes one membership."""

from datetime import timedelta
from functools import partial

import pytest
from django.core import mail

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.workspaces import email, invitations, purging
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.invitations import (
    Invited,
    accept_as_new_user,
    accept_invitation,
    digest_of,
    find_invitation,
    invite_member,
    resend_invitation,
    revoke_invitation,
)
from crmsolid.workspaces.models import AuditEntry, Invitation, Membership, OutgoingEmail, Role, User
from crmsolid.workspaces.services import remove_member, set_role
from tests.tenants import Tenants
from tests.threads import run_together_catching

PASSWORD = "a wholly new password"


def link(token: str) -> str:
    return f"https://x/{token}"


def digest_in(invited: Invited) -> str:
    """Of the token in the link."""
    return digest_of(invited.link.removeprefix("https://x/"))


def owner(tenants: Tenants) -> Actor:
    membership = Membership.objects.for_workspace(tenants.workspace).get(user=tenants.owner)
    return Actor.member(membership, tenants.workspace)


def invite(tenants: Tenants, address: str = "New@Example.com", role: str = "agent") -> Invited:
    return invite_member(owner(tenants), email=address, role=role, link=link)


def error_of(call: object, *arguments: object, **named: object) -> str:
    with pytest.raises(DomainError) as error:
        call(*arguments, **named)  # type: ignore[operator]
    return error.value.code


def test_the_link_is_e_mailed_and_its_token_stored_nowhere(tenants: Tenants) -> None:
    invited = invite(tenants)
    row = Invitation.objects.for_workspace(tenants.workspace).get()
    assert (row.email, row.role, row.invited_by) == ("new@example.com", "agent", tenants.owner)
    assert row.expires_at - clock.now() > timedelta(days=6, hours=23)
    stored = str(list(Invitation.unscoped.values())) + str(list(OutgoingEmail.objects.values()))
    stored += str(list(AuditEntry.unscoped.values()))
    assert invited.link.removeprefix("https://x/") not in stored + repr(invited)
    assert email.send_due() == 1
    assert mail.outbox[0].to == ["new@example.com"]
    assert invited.link in mail.outbox[0].body and "owner@acme.example invites you" in mail.outbox[0].body


def test_the_test_side_invites_into_the_live_workspace(tenants: Tenants) -> None:
    membership = Membership.objects.for_workspace(tenants.workspace).get()
    invite_member(Actor.member(membership, tenants.twin), email="a@example.com", role="viewer", link=link)
    assert Invitation.unscoped.get().workspace == tenants.workspace
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="invitation.created")
    assert entry.data == {"role": "viewer"}


def test_a_new_person_accepts_with_the_invited_address(tenants: Tenants) -> None:
    digest = digest_in(invite(tenants))
    membership = accept_as_new_user(digest, name="New", password=PASSWORD, ip="203.0.113.1")
    assert (membership.user.email, membership.role) == ("new@example.com", "agent")
    assert membership.workspace == tenants.workspace and membership.user.check_password(PASSWORD)
    assert not Invitation.unscoped.exists()
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="invitation.accepted")
    assert (entry.subject_label, entry.ip) == ("new@example.com", "203.0.113.1")
    assert error_of(find_invitation, digest) == error_of(accept_invitation, tenants.stranger, digest, ip=None)


def test_who_has_an_account_accepts_with_it(tenants: Tenants) -> None:
    digest = digest_in(invite(tenants))
    assert accept_invitation(tenants.stranger, digest, ip=None).role == "agent"
    assert error_of(accept_invitation, tenants.stranger, digest, ip=None) == "not_found"
    assert Membership.unscoped.filter(user=tenants.stranger).count() == 2


def test_an_address_with_an_account_gets_no_second_one(tenants: Tenants) -> None:
    digest = digest_in(invite(tenants, tenants.stranger.email))
    assert error_of(accept_as_new_user, digest, name="", password=PASSWORD, ip=None) == "invalid_state"
    assert find_invitation(digest).email == tenants.stranger.email


@pytest.mark.django_db(transaction=True)
def test_two_people_who_sign_up_with_one_link_at_once_make_one_account() -> None:
    tenants = Tenants()
    digest = digest_in(invite(tenants))
    calls = [partial(accept_as_new_user, digest, name="", password=f"{PASSWORD} {n}", ip=None) for n in range(3)]
    results = run_together_catching(calls)
    assert len([each for each in results if isinstance(each, Membership)]) == 1
    assert {each.code for each in results if isinstance(each, DomainError)} <= {"not_found", "invalid_state"}
    assert User.objects.filter(email="new@example.com").count() == 1


def test_a_member_who_opens_a_link_keeps_the_role_and_the_link(tenants: Tenants) -> None:
    digest = digest_in(invite(tenants))
    assert error_of(accept_invitation, tenants.owner, digest, ip=None) == "invalid_state"
    assert Membership.objects.for_workspace(tenants.workspace).get().role == Role.OWNER
    assert Invitation.unscoped.count() == 1


@pytest.mark.parametrize(
    ("address", "role"), [("nonsense", "agent"), ("new@example.com", "boss"), ("owner@acme.example", "agent")]
)
def test_what_cannot_be_invited_is_named(tenants: Tenants, address: str, role: str) -> None:
    assert error_of(invite, tenants, address, role) == "validation_failed"
    assert not Invitation.unscoped.exists() and not OutgoingEmail.objects.exists()


def test_an_address_is_invited_once_and_again_after_the_end(tenants: Tenants) -> None:
    invite(tenants)
    assert error_of(invite, tenants, "NEW@example.com") == "validation_failed"
    Invitation.unscoped.update(expires_at=clock.now())
    invite(tenants)
    assert Invitation.unscoped.count() == 1


def test_a_link_ends_after_seven_days(tenants: Tenants) -> None:
    digest = digest_in(invite(tenants))
    Invitation.unscoped.update(expires_at=clock.now())
    assert error_of(find_invitation, digest) == "not_found"
    assert error_of(accept_invitation, tenants.stranger, digest, ip=None) == "not_found"


def test_sending_it_again_replaces_the_link(tenants: Tenants) -> None:
    first = invite(tenants)
    Invitation.unscoped.update(expires_at=clock.now())
    second = resend_invitation(owner(tenants), first.invitation.pk, link=link)
    assert error_of(find_invitation, digest_in(first)) == "not_found"
    assert find_invitation(digest_in(second)).pk == first.invitation.pk


def test_one_that_was_taken_back_lets_nobody_in(tenants: Tenants) -> None:
    invited = invite(tenants)
    revoke_invitation(owner(tenants), invited.invitation.pk)
    assert error_of(accept_invitation, tenants.stranger, digest_in(invited), ip=None) == "not_found"
    assert error_of(revoke_invitation, owner(tenants), invited.invitation.pk) == "not_found"
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="invitation.revoked")
    assert entry.data == {"role": "agent"}


def test_another_workspaces_invitation_is_none(tenants: Tenants) -> None:
    invited = invite(tenants)
    stranger = Actor.member(Membership.objects.for_workspace(tenants.other).get(), tenants.other)
    assert error_of(revoke_invitation, stranger, invited.invitation.pk) == "not_found"
    assert error_of(resend_invitation, stranger, invited.invitation.pk, link=link) == "not_found"
    assert find_invitation(digest_in(invited)).pk == invited.invitation.pk


def test_open_invitations_are_limited(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitations, "MAX_OPEN", 2)
    invite(tenants, "a@example.com")
    invite(tenants, "b@example.com")
    assert error_of(invite, tenants, "c@example.com") == "invalid_state"


@pytest.mark.parametrize("change", ["removed", "viewer"])
def test_invitations_of_who_is_owner_no_longer_end(tenants: Tenants, change: str) -> None:
    member = Membership.objects.for_workspace(tenants.workspace).get(user=tenants.member(Role.OWNER))
    theirs = Actor.member(member, tenants.workspace)
    kept = invite(tenants, "kept@example.com")
    made = invite_member(theirs, email="made@example.com", role="owner", link=link)
    resent = resend_invitation(theirs, invite(tenants, "resent@example.com").invitation.pk, link=link)
    if change == "removed":
        remove_member(owner(tenants), member.pk)
    else:
        set_role(owner(tenants), member.pk, change)
    assert [row.email for row in Invitation.unscoped.all()] == ["kept@example.com"]
    assert find_invitation(digest_in(kept)).role == "agent"
    entries = AuditEntry.objects.for_workspace(tenants.workspace).filter(action="invitation.revoked")
    ended = {str(made.invitation.pk), str(resent.invitation.pk)}
    assert {(entry.target, entry.subject_label) for entry in entries} == {(pk, tenants.owner.email) for pk in ended}


@pytest.mark.parametrize("change", ["removed", "agent"])
def test_an_owner_who_was_removed_meanwhile_makes_no_link(tenants: Tenants, change: str) -> None:
    second = Membership.unscoped.get(user=tenants.member(Role.OWNER))
    open_one = invite(tenants, "first@example.com")
    meanwhile = Actor.member(second, tenants.workspace)  # of a request that has begun
    if change == "removed":
        remove_member(owner(tenants), second.pk)
    else:
        set_role(owner(tenants), second.pk, change)
    sent, entries = OutgoingEmail.objects.count(), AuditEntry.unscoped.count()
    assert error_of(invite_member, meanwhile, email="new@example.com", role="owner", link=link) == "forbidden"
    assert error_of(resend_invitation, meanwhile, open_one.invitation.pk, link=link) == "forbidden"
    assert error_of(revoke_invitation, meanwhile, open_one.invitation.pk) == "forbidden"
    assert [row.email for row in Invitation.unscoped.all()] == ["first@example.com"]
    assert find_invitation(digest_in(open_one)).pk == open_one.invitation.pk
    assert (OutgoingEmail.objects.count(), AuditEntry.unscoped.count()) == (sent, entries)


def test_a_member_who_becomes_owner_keeps_the_invitations(tenants: Tenants) -> None:
    member = Membership.objects.for_workspace(tenants.workspace).get(user=tenants.member(Role.ADMIN))
    invite(tenants)
    Invitation.unscoped.update(invited_by=member.user)
    set_role(owner(tenants), member.pk, "owner")
    assert Invitation.unscoped.count() == 1


@pytest.mark.django_db(transaction=True)
def test_accepting_twice_at_once_makes_one_membership() -> None:
    tenants = Tenants()
    digest = digest_in(invite(tenants))
    others = [User.objects.create_user(f"u{number}@example.com", PASSWORD) for number in range(2)]
    users = [tenants.stranger, tenants.stranger, *others]
    results = run_together_catching([partial(accept_invitation, user, digest, ip=None) for user in users])
    assert len([each for each in results if isinstance(each, Membership)]) == 1
    assert Membership.objects.for_workspace(tenants.workspace).count() == 2


@pytest.mark.django_db(transaction=True)
def test_taking_back_and_accepting_at_once_have_one_winner() -> None:
    tenants = Tenants()
    invited = invite(tenants)
    actor = owner(tenants)
    calls = [
        partial(revoke_invitation, actor, invited.invitation.pk),
        partial(accept_invitation, tenants.stranger, digest_in(invited), ip=None),
    ]
    results = run_together_catching(calls)  # type: ignore[arg-type]
    assert len([each for each in results if isinstance(each, DomainError)]) == 1
    accepted = Membership.objects.for_workspace(tenants.workspace).filter(user=tenants.stranger).exists()
    assert accepted is isinstance(results[1], Membership)


def test_old_ones_are_purged(tenants: Tenants) -> None:
    invite(tenants, "a@example.com")
    invite(tenants, "b@example.com")
    Invitation.unscoped.filter(email="a@example.com").update(expires_at=clock.now() - timedelta(days=31))
    assert purging.purge() == 1
    assert Invitation.unscoped.get().email == "b@example.com"
