"""Icons of users, and how they are made: what is kept, for whom, and one picture at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lingr.domain import accounts, icons, portraits, sessions
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.values import Session, User
from support import photos
from support.fakes import Clock
from support.people import account

PICTURE = photos.png()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "images"


@pytest.fixture
def ctx(open_ctx: Callable[..., Context], directory: Path) -> Context:
    return open_ctx(images_dir_setting=directory)


@pytest.fixture
def user(ctx: Context) -> User:
    return account(ctx, "ann")


@pytest.fixture
def busy() -> Iterator[None]:
    """Somebody else's picture is being made."""
    icons._drawing.add("another")
    yield
    icons._drawing.clear()


def kept(directory: Path) -> set[str]:
    """The versions of which there are files, each of which has them all."""
    found = [path for path in directory.rglob("*") if path.is_file()]
    versions = {path.parent.name for path in found}
    assert len(found) == 3 * len(versions)
    return versions


def logged_in(ctx: Context, user: User) -> Caller:
    api_key = accounts.create_api_key(ctx, name="tests")
    made = sessions.create(ctx, Caller(api_key=api_key.id), client_type="human")
    sessions.login(ctx, Caller(session=made, session_id=made.id), email=user.email, password="secret")
    return Caller(session=sessions.require(ctx, made.id), session_id=made.id)


def icon_of(ctx: Context, user: User) -> str | None:
    found = ctx.store.accounts.user(user.id)
    assert found is not None
    return found.icon


def test_a_user_has_one_icon_at_a_time(ctx: Context, user: User, directory: Path) -> None:
    first = portraits.set_user(ctx, user.id, PICTURE)
    assert icon_of(ctx, user) == first
    assert kept(directory) == {first}
    second = portraits.set_user(ctx, user.id, PICTURE)
    assert (icon_of(ctx, user), kept(directory)) == (second, {second})
    assert first != second
    assert portraits.set_user(ctx, user.id, b"") is None
    assert (icon_of(ctx, user), kept(directory)) == (None, set())


def test_the_rest_of_an_account_stays_as_it_is(ctx: Context, user: User) -> None:
    icon = portraits.set_user(ctx, user.id, PICTURE)
    assert ctx.store.accounts.user(user.id) == replace(user, icon=icon)
    portraits.set_user(ctx, user.id, b"")
    assert ctx.store.accounts.user(user.id) == user


def test_a_user_that_there_is_not_gets_no_icon(ctx: Context, directory: Path) -> None:
    with pytest.raises(LingrError, match="invalid_parameter"):
        portraits.set_user(ctx, "nobody", PICTURE)
    assert kept(directory) == set()


@pytest.mark.parametrize(
    "bad", [b"no picture", photos.bomb(), b"x" * 5_000_000], ids=["text", "bomb", "5 MB"]
)
def test_a_bad_picture_leaves_the_icon_there_is(
    ctx: Context, user: User, directory: Path, bad: bytes
) -> None:
    first = portraits.set_user(ctx, user.id, PICTURE)
    with pytest.raises(LingrError, match="image"):
        portraits.set_user(ctx, user.id, bad)
    assert (icon_of(ctx, user), kept(directory)) == (first, {first})


def test_a_session_has_its_users_icon_from_the_log_in_on(ctx: Context, user: User) -> None:
    caller = logged_in(ctx, user)
    assert caller.present.icon is None
    told = portraits.set_own(ctx, caller, image=PICTURE)
    assert (told.user_id, told.icon) == (user.id, icon_of(ctx, user))
    assert sessions.require(ctx, caller.session_id).icon == told.icon
    assert logged_in(ctx, user).present.icon == told.icon
    portraits.set_own(ctx, caller, image=b"")
    assert sessions.require(ctx, caller.session_id).icon is None


def test_a_session_that_logged_out_meanwhile_gets_no_icon(ctx: Context, user: User) -> None:
    caller = logged_in(ctx, user)
    sessions.logout(ctx, caller)
    told = portraits.set_own(ctx, caller, image=PICTURE)
    assert icon_of(ctx, user) == told.icon
    now: Session = sessions.require(ctx, caller.session_id)
    assert (now.user_id, now.icon) == (None, None)


def test_two_pictures_are_made_one_after_the_other(ctx: Context, user: User, busy: None) -> None:
    pauses = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            icons._drawing.clear()

    assert portraits.set_user(replace(ctx, pause=pause), user.id, PICTURE) is not None
    assert len(pauses) == 3
    assert not icons._drawing


def test_nobody_waits_for_ever_for_others_pictures(
    ctx: Context, user: User, directory: Path, clock: Clock, busy: None
) -> None:
    def pause(seconds: float) -> None:
        clock.pass_seconds(1)

    with pytest.raises(LingrError, match="unavailable"):
        portraits.set_user(replace(ctx, pause=pause), user.id, PICTURE)
    assert kept(directory) == set()
    icons._drawing.clear()
    with pytest.raises(LingrError, match="invalid_image"):
        portraits.set_user(ctx, user.id, b"no picture")
    assert not icons._drawing


def test_a_former_icons_address_leads_to_the_one_there_is(ctx: Context, user: User) -> None:
    first = portraits.set_user(ctx, user.id, PICTURE) or ""
    shown = icons.find(ctx, icons.USER, user.id, first, 26)
    assert shown is not None
    assert shown.lasting
    second = portraits.set_user(ctx, user.id, PICTURE)
    shown = icons.find(ctx, icons.USER, user.id, first, 26)
    assert shown is not None
    assert (shown.version, shown.lasting) == (second, False)
    portraits.set_user(ctx, user.id, b"")
    assert icons.find(ctx, icons.USER, user.id, first, 26) is None
    assert icons.find(ctx, icons.ROOM, user.id, first, 16) is None
