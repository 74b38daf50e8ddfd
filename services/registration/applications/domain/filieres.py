"""The thirteen filières of crafts, as the ministry's statistics name them.

The list of decree 2.21.991 has thirteen too; these names were not compared with its text (November 2026).
"""

FILIERES: dict[str, dict[str, str]] = {
    "carpets": {"ar": "الزرابي", "fr": "Tapis", "en": "Carpets", "zgh": "ⵜⵉⵣⵔⴱⵢⵉⵏ"},
    "blankets": {"ar": "النسيج والأغطية", "fr": "Tissage et couvertures", "en": "Weaving and blankets"},
    "clothing": {"ar": "الملابس التقليدية", "fr": "Vêtements traditionnels", "en": "Traditional clothing"},
    "jewellery": {"ar": "الحلي والمجوهرات", "fr": "Bijouterie", "en": "Jewellery"},
    "pottery": {"ar": "الفخار والحجر", "fr": "Poterie et pierre", "en": "Pottery and stone", "zgh": "ⵉⴷⵇⵇⵉ ⴷ ⵓⵥⵕⵓ"},
    "leather": {"ar": "المصنوعات الجلدية", "fr": "Maroquinerie", "en": "Leather goods"},
    "footwear": {"ar": "الأحذية التقليدية", "fr": "Chaussures", "en": "Footwear"},
    "wood": {"ar": "الخشب", "fr": "Bois", "en": "Wood", "zgh": "ⴰⴽⵛⵛⵓⴹ"},
    "copper": {"ar": "النحاسيات", "fr": "Dinanderie", "en": "Copper and brass"},
    "iron": {"ar": "الحدادة الفنية", "fr": "Ferronnerie d’art", "en": "Wrought iron"},
    "building": {"ar": "حرف البناء التقليدي", "fr": "Bâtiment traditionnel", "en": "Traditional building"},
    "basketry": {"ar": "المصنوعات النباتية", "fr": "Vannerie", "en": "Basketry"},
    "others": {"ar": "حرف أخرى", "fr": "Autres métiers", "en": "Other crafts"},
}
