"""Whose address counts: the connection's, or the one that a proxy tells of."""

from __future__ import annotations

import pytest

from support.house import opened

pytestmark = pytest.mark.live


@pytest.mark.parametrize(("proxies", "codes"), [("0", [105, 112]), ("1", [105, 105])])
def test_an_address_told_by_a_proxy_is_believed_only_if_there_is_one(proxies, codes):
    with opened(LINGR_PROXIES=proxies, LINGR_LIMIT_LOGIN_ADDRESS="1/minute") as house:
        found = []
        for number in (1, 2):
            query = f"format=json&session={house.session()}&email=nobody&password=x"
            answer = house.client.request(
                "GET", f"/api/auth/login?{query}", headers={"X-Forwarded-For": f"192.0.2.{number}"}
            )
            found.append(answer.code)
        assert found == codes
