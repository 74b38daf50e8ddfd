"""Names, towns and phones of people who do not exist, in the scripts people write."""

from random import Random

GIVEN = {
    "ar": ("فاطمة", "محمد", "خديجة", "يوسف", "زينب", "حسن", "عائشة", "إبراهيم", "مريم", "عبد الله", "نعيمة", "لحسن"),
    "fr": ("Fatima", "Mohamed", "Khadija", "Youssef", "Zineb", "Hassan", "Aïcha", "Brahim", "Meryem", "Claire", "Luc"),
    "en": ("Priya", "Rajesh", "Anita", "Arjun", "Emma", "James", "Lakshmi", "Kenji", "Sofia", "Amara", "Noah"),
    "zgh": ("ⴼⴰⴹⵎⴰ", "ⵎⵓⵃⴰ", "ⵉⵟⵟⵓ", "ⴰⴽⵙⵉⵍ", "ⵜⵓⴷⴰ", "ⵃⵎⵎⵓ", "ⵢⵟⵟⵓ", "ⵉⴷⵉⵔ"),
}
FAMILY = {
    "ar": ("آيت علي", "الإدريسي", "بناني", "أوحسين", "التازناختي", "العلوي", "أمزيل", "بوزيد", "الورزازي", "أيت باها"),
    "fr": (
        "Aït Ali",
        "El Idrissi",
        "Bennani",
        "Ouhssaine",
        "Taznakhti",
        "Alaoui",
        "Amzil",
        "Bouzid",
        "Martin",
        "Petit",
    ),
    "en": ("Sharma", "Patel", "Singh", "Kumar", "Brown", "Smith", "Tanaka", "Garcia", "Okafor", "Murphy"),
    "zgh": ("ⴰⵢⵜ ⵄⵍⵉ", "ⴰⵎⵣⵉⵍ", "ⵓⵃⵙⵙⴰⵢⵏ", "ⴰⵢⵜ ⴱⴰⵀⴰ", "ⴰⴳⵔⴰⵎ", "ⴰⵡⵔⵉⵔ"),
}
TOWNS = {
    "MA-08": ("Ouarzazate", "Zagora", "Taznakht", "Tinghir", "Agdz"),
    "MA-07": ("Marrakech", "Safi", "Essaouira"),
    "MA-09": ("Agadir", "Taroudant", "Tiznit"),
    "MA-03": ("Fès", "Meknès", "Sefrou"),
    "MA-01": ("Tétouan", "Chefchaouen"),
    "MA-04": ("Salé", "Khémisset"),
    "MA-06": ("Casablanca", "Azemmour"),
}
FOREIGN = (("FR", "+33612"), ("ES", "+34612"), ("IN", "+9198"), ("SN", "+22177"), ("ML", "+22365"))
_LENGTHS = {"+33612": 6, "+34612": 6, "+9198": 8, "+22177": 7, "+22365": 6}
# Moroccan mobile numbers 06 61 …, 06 62 … and so on: all of these ranges are given out.
_RANGES = tuple(f"6{second}" for second in (1, 2, 3, 4, 5, 6, 7))


class Phones:
    """Numbers nobody else in this simulation has, spread evenly over the operators' ranges.

    Messages are limited by the first digits of a number too: people of one village would not all have the same.
    """

    def __init__(self, random: Random) -> None:
        self._start = random.randrange(1_000_000)
        self._given = 0

    def next_home(self) -> str:
        """A Moroccan mobile number, E.164."""
        self._given += 1
        number = self._start + self._given
        block = number % (len(_RANGES) * 100)
        rest = number // (len(_RANGES) * 100)
        return f"+212{_RANGES[block // 100]}{block % 100:02d}{rest % 100_000:05d}"

    def next_foreign(self, prefix: str) -> str:
        """A mobile number of another country."""
        self._given += 1
        digits = _LENGTHS[prefix]
        # the first digits move fastest, for the same reason
        number = str((self._start + self._given) % 10**digits).rjust(digits, "0")[::-1]
        return prefix + number


def name_in(language: str, random: Random) -> str:
    """Somebody's name as they would write it."""
    return f"{random.choice(GIVEN[language])} {random.choice(FAMILY[language])}"
