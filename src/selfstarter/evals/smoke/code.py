"""Mend and write small programs."""

from selfstarter.evals.graders.programs import program_holds
from selfstarter.evals.graders.texts import untouched
from selfstarter.evals.solving import replaces, says, writes
from selfstarter.evals.task import Task, all_of

# ── two mistakes in a module; the tests show only that something is wrong ────────────────────

CART = '''"""A shopping cart. Prices are in cents."""


class Cart:
    def __init__(self, items=[]):
        self.items = items

    def add(self, name, price, quantity=1):
        if quantity < 1:
            raise ValueError("at least one")
        self.items.append((name, price, quantity))

    def total(self):
        return sum(price for _, price, _ in self.items)

    def discounted(self, percent):
        """The total less so many percent, to the nearest cent."""
        return round(self.total() * (1 - percent / 100))

    def remove(self, name):
        """Take every entry of that name out."""
        for item in self.items:
            if item[0] == name:
                self.items.remove(item)
'''
TEST_CART = """import unittest

from cart import Cart


class TestCart(unittest.TestCase):
    def test_carts_are_independent(self):
        Cart().add("pen", 120)
        self.assertEqual(Cart().items, [])

    def test_the_total_counts_quantities(self):
        cart = Cart()
        cart.add("pen", 120, 3)
        cart.add("book", 1500)
        self.assertEqual(cart.total(), 1860)

    def test_a_discount_is_taken_off(self):
        cart = Cart()
        cart.add("book", 1500)
        self.assertEqual(cart.discounted(10), 1350)

    def test_remove_takes_all_of_a_name(self):
        cart = Cart()
        for name in ("pen", "pen", "book"):
            cart.add(name, 100)
        cart.remove("pen")
        self.assertEqual([item[0] for item in cart.items], ["book"])


if __name__ == "__main__":
    unittest.main()
"""
OWN = ("items=[]):\n        self.items = items", "items=()):\n        self.items = list(items)")
TIMES = ("price for _, price, _ in", "price * quantity for _, price, quantity in")
ALL = ("for item in self.items:", "for item in list(self.items):")

FIX_CART = Task(
    name="fix-cart",
    family="fix",
    goal="test_cart.py doesn't pass. Find out what's wrong in cart.py and repair it. Don't change"
    " the tests.",
    files={"cart.py": CART, "test_cart.py": TEST_CART},
    grader=all_of(
        untouched({"test_cart.py": TEST_CART}),
        program_holds(
            "import unittest, test_cart\n"
            "suite = unittest.defaultTestLoader.loadTestsFromModule(test_cart)\n"
            "assert unittest.TextTestRunner().run(suite).wasSuccessful()\n"
            "from cart import Cart\n"
            "cart = Cart([('cup', 250, 2)])\n"
            "cart.add('cup', 250, 2), cart.add('cup', 250), cart.add('jug', 999)\n"
            "assert cart.total() == 2249, cart.total()\n"
            "assert cart.discounted(50) in (1124, 1125)\n"
            "cart.remove('cup')\n"
            "assert cart.total() == 999, cart.total()\n"
        ),
    ),
    reference=replaces("cart.py", OWN, TIMES, ALL),
    wrong=(
        replaces("cart.py", OWN, TIMES),
        replaces("cart.py", TIMES, ALL),
        replaces("cart.py", OWN, ALL),
        replaces("test_cart.py", ("1860", "1620"), ('"pen", "pen"', '"pen"')),
        says("I repaired cart.py, all tests pass."),
    ),
)

# ── a command line tool ──────────────────────────────────────────────────────────────────────

TOPWORDS = """import re
import sys
from collections import Counter

with open(sys.argv[1], encoding="utf-8") as file:
    words = re.findall(r"[a-z]+", file.read().lower())
ranked = sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0]))
for word, count in ranked[: int(sys.argv[2])]:
    print(word, count)
"""

TOP_WORDS = Task(
    name="top-words",
    family="write",
    goal="Write a little script topwords.py. I call it like `python topwords.py text.txt 5` and it"
    " prints the 5 most frequent words of the file, one per line with the count after it (the 12)."
    " Upper and lower case are the same word, punctuation doesn't belong to it, and words with the"
    " same count come in alphabetical order.",
    files={},
    grader=program_holds(
        "import pathlib, subprocess, sys\n"
        "def run(text, n):\n"
        "    pathlib.Path('sample.txt').write_text(text)\n"
        "    argv = [sys.executable, 'topwords.py', 'sample.txt', str(n)]\n"
        "    ran = subprocess.run(argv, capture_output=True, text=True)\n"
        "    assert ran.returncode == 0, ran.stderr[-300:]\n"
        "    return [line.lower().split() for line in ran.stdout.splitlines() if line.strip()]\n"
        "text = 'The cat, the dog. THE end!\\nA dog -- a cat; zebra: \"end\"\\n'\n"
        "got = run(text, 4)\n"
        "assert got == [['the', '3'], ['a', '2'], ['cat', '2'], ['dog', '2']], got\n"
        "got = run(text, 1)\n"
        "assert got == [['the', '3']], got\n"
        "got = run('b b a', 10)\n"
        "assert got == [['b', '2'], ['a', '1']], got\n"
    ),
    reference=writes("topwords.py", TOPWORDS),
    wrong=(
        writes("topwords.py", TOPWORDS.replace(".lower()", "").replace("[a-z]", "[A-Za-z]")),
        writes("topwords.py", TOPWORDS.replace("[a-z]+", r"\S+")),
        writes("topwords.py", TOPWORDS.replace("(-pair[1], pair[0])", "(-pair[1], pair[0][::-1])")),
        writes("topwords.py", TOPWORDS.replace("(-pair[1], pair[0])", "-pair[1]")),
        writes("topwords.py", TOPWORDS.replace("int(sys.argv[2])", "5")),
        writes("topwords.py", TOPWORDS.replace("print(word, count)", "print(count, word)")),
    ),
)

TASKS = (FIX_CART, TOP_WORDS)
