"""Gateways' addresses, as Apprise understands them."""

from __future__ import annotations

import apprise
import pytest

from linli.desk.common import addresses
from linli.desk.common.addresses import Mailer
from linli.desk.common.models import Channel

MAILER = Mailer("smtp.example.cn", 465, "ssl", "willow@example.cn", "p@ss:/word", "willow@example.cn")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_mailer_is_what_apprise_reads() -> None:
    found = apprise.Apprise.instantiate(addresses.of_mailer(MAILER).replace("{to}", "li%40example.cn"))
    assert (found.smtp_host, found.port, found.secure_mode) == ("smtp.example.cn", 465, "ssl")
    assert (found.user, found.password) == ("willow@example.cn", "p@ss:/word")
    assert found.from_addr[1] == "willow@example.cn"
    assert found.targets == [(False, "li@example.cn")]


@pytest.mark.parametrize("mailer", [MAILER, Mailer("mail", 25, "insecure", "", "", "a@b.cn")])
def test_mailer_is_read_back_whole(mailer: Mailer) -> None:
    assert addresses.mailer_of(addresses.of_mailer(mailer)) == mailer


@pytest.mark.parametrize(
    ("channel", "token", "address"),
    [
        (Channel.WECOM, "693a91f6-7b", "wecombot://693a91f6-7b/"),
        (Channel.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6", "wecombot://693a91f6/"),
        (Channel.DINGTALK, "https://oapi.dingtalk.com/robot/send?access_token=f00d", "dingtalk://SEC1@f00d/"),
        (Channel.FEISHU, "https://open.feishu.cn/open-apis/bot/v2/hook/a084f42e-12", "feishu://a084f42e-12/"),
    ],
)  # fmt: skip
def test_robot_is_known_by_its_key_or_its_whole_web_address(
    channel: Channel, token: str, address: str
) -> None:
    secret = "SEC1" if channel is Channel.DINGTALK else ""
    assert addresses.of_robot(channel, token=token, secret=secret) == address


def test_nothing_secret_is_told() -> None:
    assert addresses.told(addresses.of_mailer(MAILER)) == "willow@example.cn · smtp.example.cn"
    assert addresses.told("wecombot://693a91f6/") == ""
    assert addresses.told("jsons://u:secret@sms.example.cn/send/key123/{to}?+Authorization=abc") == (
        "jsons://sms.example.cn"
    )
