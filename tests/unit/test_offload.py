import pytest

from lingr.app import _offload
from lingr.errors import LingrError
from lingr.pictures import squares


def test_a_refusal_from_another_thread_is_not_in_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    assert _offload(divmod, 7, 3) == (2, 1)
    with pytest.raises(LingrError, match="invalid image"):
        _offload(squares, b"no picture", (16,), 100)
    assert capfd.readouterr() == ("", "")
