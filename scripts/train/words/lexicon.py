"""Words that the pictures' own labels do not have: translations, everyday words for kinds, names of the labels."""
import collections
import gzip
import re
import unicodedata

LANGUAGES = ["es", "fr", "de", "it", "pt", "nl", "ru", "ja", "zh"]
DICTIONARIES = {"spa": "es", "fra": "fr", "ita": "it", "por": "pt", "nld": "nl", "rus": "ru", "deu": "de"}
ONE_WAY = {"rus", "deu"}  # from English only: the other way is missing, or too large to be clean
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

# What people call kinds of things, by a hypernym.
EVERYDAY = {
    "food": ["something to eat", "food"], "foodstuff": ["something to eat", "food"], "beverage": ["something to drink", "drink"],
    "edible fruit": ["something to eat", "fruit", "food"], "dish": ["something to eat", "meal", "food"],
    "vehicle": ["vehicle", "transport"], "clothing": ["something to wear", "clothes"], "footwear": ["something to wear", "shoes"],
    "musical instrument": ["something to play music on", "music"], "weapon": ["something dangerous"], "animal": ["animal"],
    "domestic animal": ["pet", "animal"], "dog": ["pet", "puppy", "doggy"], "domestic cat": ["pet", "kitty", "kitten"],
    "person": ["person", "someone", "people"], "tool": ["tool"], "toy": ["something to play with"], "bird": ["bird"],
    "insect": ["bug", "insect"], "fish": ["fish"], "furniture": ["furniture"], "building": ["building"], "plant": ["plant"],
    "vegetable": ["something to eat", "vegetable", "food"], "aircraft": ["something that flies", "aircraft"], "bicycle": ["bike"],
    "container": ["container"], "device": ["device"], "geological formation": ["landscape", "nature"], "body of water": ["water"],
    "structure": ["structure"], "reptile": ["reptile"], "mammal": ["mammal", "animal"], "flower": ["flower"], "sport": ["sport"],
}  # fmt: skip
SPORTS = {
    "badminton": ["badminton", "shuttlecock", "racket sport"], "baseball": ["baseball", "baseball player", "baseball game"],
    "basketball": ["basketball", "basketball player", "basketball game"], "boxing": ["boxing", "boxer", "boxing match", "fighting"],
    "chess": ["chess", "playing chess", "board game", "chess pieces"], "cricket": ["cricket match", "cricket player", "playing cricket"],
    "fencing": ["fencing", "fencers", "sword fight"],
    "football": ["football", "soccer", "football match", "football player", "playing soccer"],
    "formula1": ["formula one", "race car", "racing car", "motor racing", "car race"], "gymnastics": ["gymnastics", "gymnast"],
    "hockey": ["field hockey", "hockey player", "hockey match"], "ice_hockey": ["ice hockey", "hockey player", "hockey on ice"],
    "kabaddi": ["kabaddi", "kabaddi match"], "motogp": ["motorcycle racing", "motorcycle", "motorbike race", "biker"],
    "shooting": ["sport shooting", "aiming a gun", "person with a rifle", "shooting"],
    "swimming": ["swimming", "swimmer", "swimming pool", "someone swimming"], "table_tennis": ["table tennis", "ping pong"],
    "tennis": ["tennis", "tennis player", "tennis court", "playing tennis"],
    "volleyball": ["volleyball", "volleyball player", "playing volleyball"],
    "weight_lifting": ["weight lifting", "lifting weights", "weightlifter", "barbell"], "wrestling": ["wrestling", "wrestlers"],
    "wwe": ["professional wrestling", "wrestler", "wrestling ring"],
}  # fmt: skip
SCENES = {
    "bedroom": ["bedroom", "bed", "room", "indoors", "interior"],
    "coast": ["coast", "beach", "sea", "ocean", "shore", "seaside", "outdoors", "landscape"],
    "forest": ["forest", "trees", "woods", "nature", "outdoors"], "highway": ["highway", "road", "motorway", "outdoors"],
    "industrial": ["factory", "industrial plant", "industry"],
    "insidecity": ["city", "town", "buildings", "downtown", "urban street"],
    "kitchen": ["kitchen", "room", "indoors", "interior"], "livingroom": ["living room", "sofa", "room", "indoors", "interior"],
    "mountain": ["mountain", "mountains", "landscape", "nature", "outdoors", "peak"],
    "office": ["office", "desk", "workplace", "indoors", "room"],
    "opencountry": ["countryside", "field", "meadow", "landscape", "open country", "nature", "outdoors"],
    "store": ["shop", "store", "supermarket", "shelves", "indoors"], "street": ["street", "road", "city", "buildings"],
    "suburb": ["suburb", "house", "houses", "home"],
    "tallbuilding": ["skyscraper", "tall building", "tower", "city", "building"],
}  # fmt: skip
CLOTHES = {
    "t-shirt": ["t-shirt", "tee"], "pants": ["trousers", "pants", "jeans"], "shirt": ["shirt"], "dress": ["dress"],
    "longsleeve": ["long-sleeved shirt", "sweater", "jumper"], "shorts": ["shorts"], "shoes": ["shoes", "pair of shoes", "shoe"],
    "outwear": ["jacket", "coat"], "hat": ["hat", "cap"], "skirt": ["skirt"],
}  # fmt: skip
FACES = {
    "anger": ["angry face", "angry person", "angry"], "contempt": ["contempt"], "disgust": ["disgusted face", "disgust"],
    "fear": ["scared face", "afraid", "fear"], "happiness": ["smiling face", "happy person", "smile", "happy", "smiling"],
    "neutral": ["neutral face", "serious person"], "sadness": ["sad face", "sad person", "sad"],
    "surprise": ["surprised face", "surprised person", "surprised"],
}  # fmt: skip


def clean(text):
    """Lower case, single spaces, no punctuation around it."""
    text = unicodedata.normalize("NFC", text).lower()
    return re.sub(r"\s+", " ", text).strip(" .,;:!\"'")


def everyday(names):
    """What people call these kinds."""
    return [text for name in dict.fromkeys(names) for text in EVERYDAY.get(name, [])]


def number(digits):
    """dictd's base 64."""
    total = 0
    for digit in digits:
        total = total * 64 + DIGITS.index(digit)
    return total


def dictionary(work, name):
    """Headword → translations of a FreeDict dictionary: the first line of simple entries."""
    with gzip.open(work.share / f"dictd/freedict-{name}.dict.dz") as file:
        content = file.read()
    found = collections.defaultdict(list)
    for line in (work.share / f"dictd/freedict-{name}.index").read_text("utf-8").splitlines():
        head, start, length = line.split("\t")[:3]
        if head.startswith("00") or len(head.split()) > 3:
            continue
        entry = content[number(start) : number(start) + number(length)].decode("utf-8", "ignore").split("\n")[1:4]
        entry = [text for text in entry if text.strip() and not re.match(r'\s*(see:|synonyms:|note:|")', text, re.I)]
        for text in entry[:1]:
            text = re.sub(r"\[.*?\]|\(.*?\)|<.*?>|\{.*?\}|/.*?/", " ", re.sub(r"^\s*\d+\.", "", text))
            for part in map(clean, re.split(r"[,;]", text)[:2]):
                if part and len(part.split()) <= 3 and not re.search(r"[=:|\d]", part):
                    found[clean(head)].append(part)
    return found


def japanese(work):
    """English → Japanese out of EDICT's common words."""
    found = collections.defaultdict(list)
    for line in (work.share / "edict/edict").read_text("euc-jp", errors="ignore").splitlines():
        if "(P)" not in line or "/" not in line:
            continue
        head, senses = line.split("/", 1)
        english = re.sub(r"^to ", "", clean(re.sub(r"\(.*?\)", "", senses.split("/")[0])))
        if english and len(english.split()) <= 2:
            found[english] += [word.strip("[]") for word in head.split()[:2]]
    return found


def translations(work, wordnet):
    """English word of WordNet → language → words."""
    found = collections.defaultdict(lambda: collections.defaultdict(list))

    def add(english, language, word):
        if wordnet.known(english) and word not in found[english][language]:
            found[english][language].append(word)

    for code, language in DICTIONARIES.items():
        for english, words in dictionary(work, f"eng-{code}").items():
            for word in words:
                add(english, language, word)
        if code not in ONE_WAY:
            for word, meanings in dictionary(work, f"{code}-eng").items():
                for english in meanings:
                    add(english, language, word)
    for english, words in japanese(work).items():
        for word in words:
            add(english, "ja", word)
    return found
