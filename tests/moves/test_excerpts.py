"""Of texts that are too long together, what tells about a work is shown."""

from selfstarter.moves.excerpts import LEAST_READ, LONGEST, fitting, what_tells

FILLER = "The council met and spoke of much. "


def test_small_texts_are_shown_whole_and_large_ones_cut_to_what_is_left() -> None:
    texts = {"a": "a word " * 1_500, "b": "b" * 100, "c": "c word " * 3_000, "d": " "}
    shown = fitting(texts, 10_000)
    assert [*shown] == ["a", "b", "c"] and shown["b"] == texts["b"]
    assert shown["a"].startswith("[parts of 10,500 characters") and shown["a"].endswith(" … ")
    assert sum(map(len, shown.values())) <= 10_000 - 3
    assert all(len(shown[name]) > 4_900 - LONGEST for name in "ac")
    many = {str(n): "x" * 1_000 for n in range(100)}
    assert len(fitting(many, 24_000)) == 24_000 // LEAST_READ
    assert not fitting(texts, -5)


def test_room_that_one_text_does_not_use_is_given_on() -> None:
    line = "x" * 700
    texts = {"a": f"{line}\n{line}\n" * 2, "b": "A short sentence. " * 1_000}
    shown = fitting(texts, 5_000)  # of the first, a fourth line has no room in its half
    assert len(shown["a"]) < 2_300 and len(shown["b"]) > 2_600


def test_a_text_that_the_work_names_more_often_gets_more_room() -> None:
    texts = {"a.md": FILLER * 500, "b.md": FILLER * 500}
    named = fitting(texts, 6_000, naming={"b.md": ["see b.md"] * 8})
    assert len(named["b.md"]) > 2 * len(named["a.md"])


def test_it_is_cut_at_the_end_of_a_line_or_a_sentence() -> None:
    for text in (FILLER * 100, "one, two, three\n" * 100):
        end = text[:40].strip().split(". ")[0].split("\n")[0][-5:]
        assert what_tells(text, 1_000).rstrip(" …\n").rstrip(".").endswith(end)
    assert len(what_tells("x" * 5_000, 1_000)) <= 1_000


def test_passages_with_figures_of_the_work_come_before_its_beginning() -> None:
    filler = FILLER * 400
    text = f"{filler}In quarter 3 the budget was 503 crowns. {filler}There were 1,029 complaints."
    shown = what_tells(text, 500, "Budget: 503 in quarter 3; 1029 complaints.")
    assert "… In quarter 3 the budget was 503 crowns. … There were 1,029 complaints." in shown
    assert "] The" not in shown and shown.count("The council met") > 1
    assert "503" not in what_tells(text, 500, "No figures, but for the year 2026.")


def test_what_only_counts_the_lines_is_no_figure() -> None:
    rows = [f"{n}. Row of {'abcdefgh'[n % 8]} and much besides." for n in range(1, 80)]
    text = "\n".join([*rows, "The deposit is 250 crowns."])
    work = "\n".join(f"{n}. Something [a.md]" for n in range(10, 30)) + "\nIt is 250."
    shown = what_tells(text, 300, work)
    assert "The deposit is 250 crowns." in shown and "\n20. Row" not in shown
    assert "… 10." not in shown


def test_quoted_words_come_first_then_figures_then_rare_words_of_the_line() -> None:
    quote = "paid within\nten days of the notice"
    said = ("An escrow is held by a third party.", "The rate is 417.", f"It is {quote}.")
    text = f"Terms\n{FILLER * 50}\n" + f"\n{FILLER * 50}\n".join(said) + f"\n{FILLER * 50}"
    work = 'It says "paid within ten days of the notice", at 417.\n'
    lines = ["- **Escrow**: kept by a third one [terms.md]"]
    whole = what_tells(text, 400, work, lines)
    places = [whole.index(one) for one in ("Terms\n", *said)]
    assert places == sorted(places)
    assert all(one in what_tells(text, 260, work, lines) for one in said[1:])
    few = what_tells(text, 125, work, lines)
    assert quote in few and "417" not in few and "escrow" not in few
    assert "escrow" not in what_tells(text, 400, work)
