"""Which encoding the bytes of a file have, by nothing but the bytes."""

import pytest

from selfstarter.core.decoding import binary_kind, decoded

WESTERN = [
    "Müller",
    "café",
    "Ä",
    "Größe;Straße\nÄÖÜ;ß\n",
    "Übergrößenträger",
    "été à l'été\nvoilà, où es-tu?",
    "São Paulo, ação, coração",
    "Blåbær på rødt, hyvää yötä, ääkkönen",
    "VALKO-VENÄJÄN RUPLA",
    "“Hello” – she said… ‘quoted’—dash",
    "¿Qué? ¡Sí! señor, año",
    "5 £ ½ °C, naïve €",
    "INFORMAÇÕES GRÖßE ÜBER",
    "Käse;3;4,50\nBrötchen;10;0,35\nÄpfel;5;1,99\n",
]
EASTERN = {
    "gb18030": [
        "各供应商",
        "供应商;金额\n华东贸易有限公司;1200,50\n",
        "姓名;城市\n王伟;北京\n李娜;上海\n",
        "a,b\n1,苹果\n",
        "会议纪要：\n一、项目进展（淼鑫科技）\n",
    ],
    "cp950": ["供應商,金額\n各供應商,3\n", "姓名;城市\n王偉;臺北\n", "合約金額為新臺幣三千元整。"],
    "cp932": ["名前,金額\n田中,3\n鈴木,4\n", "こんにちは", "株式会社山田の田中です。"],
    "cp949": ["회의록: 다음 주 금요일까지 회신 바랍니다.", "이름,금액\n김철수,3\n박영희,4\n"],
}


@pytest.mark.parametrize("text", WESTERN)
def test_a_short_western_text_is_one(text: str) -> None:
    assert decoded(text.encode("cp1252")) == (text, "cp1252")


@pytest.mark.parametrize(
    ("encoding", "text"), [(name, text) for name, texts in EASTERN.items() for text in texts]
)
def test_an_east_asian_text_is_known_by_the_characters_in_use(encoding: str, text: str) -> None:
    assert decoded(text.encode(encoding)) == (text, encoding)


@pytest.mark.parametrize("text", [*WESTERN, *(text for many in EASTERN.values() for text in many)])
def test_what_says_itself_what_it_is_is_not_guessed_at(text: str) -> None:
    assert decoded(text.encode()) == (text, "")
    assert decoded(text.encode("utf-8-sig")) == (text, "")
    assert decoded(text.encode("utf-16")) == (text, "utf-16")


def test_a_limit_may_cut_a_character_in_two() -> None:
    assert decoded("各供应商".encode()[:-1]) == ("各供应", "")
    assert decoded("各供应商".encode("gb18030")[:-1]) == ("各供应", "gb18030")


def test_one_byte_that_is_wrong_spoils_no_other() -> None:
    for encoding in ("utf-8", "gb18030"):
        data = "各供应商\n".encode(encoding) * 3
        text, found = decoded(data + b"\xff\n" + data)
        assert (text.count("各供应商"), found) == (6, encoding)


def test_what_is_no_text_is_not_shown_as_one() -> None:
    assert binary_kind(b"PK\x03\x04rest") and binary_kind(b"a\0b")
    assert binary_kind(bytes(range(1, 256))) == "binary data"
    for text in ("Müller\f\n\x1b[1mGröße\x1b[0m\n\x1a".encode("cp1252"), "ü\x01" * 9, "a\x01b\x02"):
        assert binary_kind(text if isinstance(text, bytes) else text.encode()) == ""
    assert binary_kind("ü".encode("utf-16")) == ""
