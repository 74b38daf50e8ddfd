"""The thirteen filières of crafts, as the ministry's statistics name them: the table every call begins with.

Decree 2.21.991 (law 50-17) sets out thirteen filières with 172 activities, in two families: crafts of art and
production, crafts of service. The number was compared with the press of the day (telquel.ma, 17 December 2021;
letempsmag.ma; h24info.ma); the decree's own list of names was not found on a public page in November 2026, so these
names are NOT verified against it. Eleven of them are the families of the ministry's export figures (lavieeco.com,
February 2022; libe.ma, December 2018); "building" and "others" are ours. An organiser who has the decree at hand
replaces the table by a CSV in the office.
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
