"""Every error the C++ sources can answer has a sentence in both languages of the web, and neither language has more."""
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "lib"))
from error_slugs import catalogue, find_slugs  # noqa: E402


class Sentences(unittest.TestCase):
    def setUp(self):
        self.made = find_slugs(ROOT)
        self.said = {language: catalogue(ROOT / f"web/src/i18n/{language}/errors.ts") for language in ("en", "zh-cn")}

    def test_every_slug_has_a_sentence(self):
        slugs = {slug: one["files"] for slug, one in self.made.items() if "." in slug}
        self.assertGreater(len(slugs), 200, "the search for slugs finds none: has the way errors are made changed?")
        for language, words in self.said.items():
            missing = [f"{slug} ({', '.join(sorted(files))})" for slug, files in sorted(slugs.items()) if not words.get(slug)]
            self.assertEqual(missing, [], f"say them in web/src/i18n/{language}/errors.ts")

    def test_both_languages_say_the_same_slugs(self):
        self.assertEqual(sorted(self.said["en"]), sorted(self.said["zh-cn"]))

    def test_chinese_is_chinese_and_english_is_not(self):
        for slug, words in self.said["zh-cn"].items():
            self.assertTrue(any("一" <= letter <= "鿿" for letter in words), slug)
        for slug, words in self.said["en"].items():
            self.assertTrue(words.isascii(), slug)


if __name__ == "__main__":
    unittest.main()
