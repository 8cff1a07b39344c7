"""Words the demo company is made of: names, towns, goods. Invented; a match with a real company is chance."""

FAMILY = {
    "DE": [
        "Albers",
        "Brandt",
        "Dietz",
        "Engels",
        "Falk",
        "Grote",
        "Hartwig",
        "Isken",
        "Jansen",
        "Kessler",
        "Lorenz",
        "Merz",
    ],
    "AT": ["Auer", "Bichler", "Egger", "Fuchs", "Gruber", "Hofer", "Lechner", "Moser"],
    "NL": ["Bakker", "De Vries", "Dekker", "Hendriks", "Kok", "Maas", "Smit", "Visser", "Vos"],
    "FR": ["Aubert", "Bonnet", "Carlier", "Delmas", "Fabre", "Girard", "Lemaire", "Marchal", "Perrin"],
    "GB": [
        "Ashby",
        "Bramley",
        "Cotton",
        "Denholm",
        "Fairfax",
        "Garrick",
        "Hadley",
        "Kirkby",
        "Langford",
        "Marlow",
        "Norwood",
    ],
    "ES": ["Aranda", "Beltrán", "Cano", "Domínguez", "Herrera", "Lozano", "Prieto"],
    "CN": [
        "恒达",
        "瑞丰",
        "东升",
        "华信",
        "金桥",
        "立新",
        "明远",
        "宏图",
        "天成",
        "永安",
        "中和",
        "泰康",
        "海纳",
        "鼎盛",
        "远航",
    ],
}
TRADE = {
    "DE": [
        "Maschinenbau",
        "Logistik",
        "Elektrotechnik",
        "Holzwerke",
        "Metallbau",
        "Großhandel",
        "Anlagenbau",
        "Druckerei",
    ],
    "AT": ["Bau", "Technik", "Handel", "Werkzeuge"],
    "NL": ["Logistiek", "Techniek", "Bouw", "Handel", "Verpakkingen"],
    "FR": ["Industrie", "Transports", "Distribution", "Mécanique", "Bâtiment"],
    "GB": ["Engineering", "Logistics", "Foods", "Timber", "Instruments", "Packaging", "Print"],
    "ES": ["Industrias", "Transportes", "Suministros", "Construcciones"],
    "CN": ["供应链", "物流", "机械设备", "电子科技", "建材", "商贸", "纺织", "新能源"],
}
FORM = {
    "DE": ["GmbH", "AG", "GmbH & Co. KG"],
    "AT": ["GmbH"],
    "NL": ["BV"],
    "FR": ["SA", "SARL"],
    "GB": ["Ltd", "plc"],
    "ES": ["SL"],
}
TOWN = {
    "DE": [
        ("Hamburg", "20457"),
        ("Köln", "50667"),
        ("Leipzig", "04109"),
        ("Stuttgart", "70173"),
        ("München", "80331"),
    ],
    "AT": [("Wien", "1010"), ("Linz", "4020"), ("Graz", "8010")],
    "NL": [("Rotterdam", "3011"), ("Utrecht", "3511"), ("Eindhoven", "5611")],
    "FR": [("Lyon", "69002"), ("Lille", "59000"), ("Nantes", "44000")],
    "GB": [("Leeds", "LS1 4AP"), ("Bristol", "BS1 5TR"), ("Manchester", "M2 5DB")],
    "ES": [("Valencia", "46002"), ("Bilbao", "48001")],
    "CN": [
        ("广州", "510000"),
        ("深圳", "518000"),
        ("上海", "200000"),
        ("杭州", "310000"),
        ("成都", "610000"),
    ],
}
STREET = {
    "DE": "Industriestraße", "AT": "Hauptstraße", "NL": "Havenweg", "FR": "rue de l'Industrie", "GB": "Mill Lane",
    "ES": "Calle Mayor", "CN": "科技路",
}  # fmt: skip
ZONE = {
    "DE": "Europe/Berlin", "AT": "Europe/Vienna", "NL": "Europe/Amsterdam", "FR": "Europe/Paris", "GB": "Europe/London",
    "ES": "Europe/Madrid", "CN": "Asia/Shanghai",
}  # fmt: skip
REGION = {
    "DE": "DACH", "AT": "DACH", "NL": "Benelux", "FR": "France", "GB": "UK and Ireland", "ES": "Iberia", "CN": "China",
}  # fmt: skip
PERSON = {
    "DE": ["Anna Weber", "Jonas Keller", "Miriam Voss", "Lukas Brandt"],
    "AT": ["Eva Steiner", "Paul Huber"],
    "NL": ["Sanne de Boer", "Daan Mulder"],
    "FR": ["Claire Dubois", "Hugo Lambert"],
    "GB": ["Emily Carter", "Tom Hughes", "Priya Shah"],
    "ES": ["Lucía Romero", "Pablo Ortega"],
    "CN": ["李伟", "王芳", "张敏", "陈杰"],
}
GOODS = {
    "EUR": [
        ("Linear guide LG 40", 18_400),
        ("Servo drive S2", 64_900),
        ("Control cabinet", 221_000),
        ("Commissioning, per day", 96_000),
    ],
    "GBP": [("Bearing kit B7", 9_900), ("Spindle overhaul", 148_000), ("Service contract, month", 42_500)],
    "CNY": [("伺服电机 750W", 138_000), ("控制柜", 1_260_000), ("安装调试服务", 480_000), ("备件包", 86_000)],
}
"""What is sold, with unit prices in minor units."""
