"""What people say in the benchmark's rooms, and what rooms are called: English and Japanese, made up.

Words come as unevenly as they do in life: a few all the time, most of them hardly ever.
"""

from __future__ import annotations

from random import Random

_ENGLISH_WORDS = """
the a to and of in is it that you for on with this have be not are we was but what so just at my can
there do if they like or about one from all get out think know when who time good really now some would
how more people here want has will then see them make room going other too work way yes way new code
night server coffee train weather music film song book photo camera phone mail page link browser window
screen keyboard mouse battery release version patch bug crash branch merge review deploy database query
index cache memory thread socket packet proxy router cable dinner lunch bread cheese noodle soup curry
rice onion garlic lemon garden flower summer winter spring autumn rain snow storm river mountain island
beach harbour bridge station ticket airport hotel market museum theatre library school lesson teacher
student exam story poem painter guitar piano drummer concert festival ballad tempo melody chorus football
tennis runner bicycle marathon goal
"""
_NOUN_WORDS = """
東京 大阪 京都 札幌 電車 駅 会社 学校 仕事 会議 資料 写真 音楽 映画 小説 新聞 天気
台風 雪 花見 紅葉 旅行 温泉 空港 切符 喫茶店 コーヒー 紅茶 お茶 昼ご飯 ラーメン うどん
カレー 寿司 りんご みかん 牛乳 パン 犬 猫 庭 部屋 窓 机 椅子 電話 メール サーバー
ブラウザ キーボード 画面 記事 日記 言語 辞書 友達 先生 学生 試験 宿題 図書館 公園 橋
川 海 山 祭り 花火 ギター 歌 試合 野球 サッカー 自転車 週末 今朝 昨日 来週 夏休み
締め切り 不具合 設定 更新 検索 発表 約束 買い物
"""
_VERB_WORDS = """
見ました 食べました 読みました 買いました 直しました 始めました 忘れていました
探しています 楽しみです 好きです 待っています 終わりました 届きました 動きません
教えてください 行きましょう 考えています 試してみます 壊れました 面白いです
"""
_ENGLISH, _NOUNS, _VERBS = _ENGLISH_WORDS.split(), _NOUN_WORDS.split(), _VERB_WORDS.split()
_JOINTS = ("は", "が", "を", "も", "なら", "まで", "から", "より", "とか", "って")
_ENDS = ("。", "！", "？", "ね。", "よ。", "…", " ☕", "w", "")
_NAMES = ("ann", "bob", "carol", "dave", "erin", "frank", "花子", "太郎", "みどり", "さくら", "健", "ゆき")


def _uneven(dice: Random, words: list[str]) -> str:
    # Squared twice, the first tenth of the words makes more than half of the text.
    return words[int(len(words) * dice.random() ** 4)]


def _word(dice: Random) -> str:
    if dice.random() < 0.03:
        # Names, addresses, numbers: what is said once and never again.
        return f"{_uneven(dice, _ENGLISH)}{dice.randrange(100_000)}"
    return _uneven(dice, _ENGLISH)


def _english(dice: Random) -> str:
    words = " ".join(_word(dice) for _ in range(1 + int(dice.expovariate(1 / 9))))
    return words + dice.choice((".", "!", "?", "", " :)"))


def _japanese(dice: Random) -> str:
    parts = []
    for _ in range(1 + int(dice.expovariate(1 / 1.2))):
        parts += [dice.choice(_NOUNS), dice.choice(_JOINTS), dice.choice(_NOUNS), "を", dice.choice(_VERBS)]
    return "".join(parts) + dice.choice(_ENDS)


def message(dice: Random, *, japanese: bool) -> str:
    """Something said: some words mostly, now and then a long speech."""
    make = _japanese if japanese else _english
    sentences = 1 if dice.random() < 0.9 else 2 + int(dice.expovariate(1 / 4))
    return " ".join(make(dice) for _ in range(sentences))[:1000]


def is_japanese(number: int) -> bool:
    """Whether they speak Japanese in a room: in two of five."""
    return number % 5 < 2


def name(number: int) -> str:
    """What a room is called."""
    dice = Random(f"name {number}")
    if is_japanese(number):
        return f"{dice.choice(_NOUNS)}と{dice.choice(_NOUNS)}の部屋 {number}"
    return f"{_uneven(dice, _ENGLISH)} {_uneven(dice, _ENGLISH)} room {number}".title()


def description(number: int) -> str:
    """What a room is for; the English ones are longer."""
    dice = Random(f"description {number}")
    return message(dice, japanese=is_japanese(number))[:300]


def tags(number: int) -> str:
    """None to five tags, as room.create takes them."""
    dice = Random(f"tags {number}")
    words = _NOUNS if is_japanese(number) else _ENGLISH
    return " ".join(
        f'"{_uneven(dice, words)} {_uneven(dice, words)}"' if dice.random() < 0.1 else _uneven(dice, words)
        for _ in range(dice.randrange(6))
    )


def nickname(dice: Random) -> str:
    """Somebody's."""
    return f"{dice.choice(_NAMES)}{dice.randrange(100)}"


def word(dice: Random) -> str:
    """A word to search for, as often a Japanese one of two characters as an English one."""
    if dice.random() < 0.5:
        return dice.choice([one for one in _NOUNS if len(one) == 2])
    return dice.choice(_ENGLISH[100:])
