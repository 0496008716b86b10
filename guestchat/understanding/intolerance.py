"""Owns whether a clause tells that somebody cannot have what it names: "nuts are a no-go for us". Pure.

The vocabularies hold what stands right beside an allergen ("allergic to nuts"); here is what other words may part from
it. Without it "Nüsse vertrage ich leider nicht" would ask for dishes with nuts.
"""

import re
from collections.abc import Collection, Mapping, Sequence

from guestchat.understanding.clauses import ASKING_VERBS, RELATIVES
from guestchat.words import fold, words

# An allergen's words are written as @, all others folded and without apostrophes; a comma stands before its word. NO is
# what is no such thing: "I can't eat another almond cake, I'm full".
_GERMAN = r"""
@ ,?(?:\w+ )?(?:vertr[ae]g\w*|bekomm\w*|ess|esse|essen|isst) (?:,?\w+ ){0,4}(?:nicht|nix|schlecht|kaum)\b
@ (?:darf|durfen|kann|konnen) (?:\w+ ){1,6}nicht\b
@ (?:(?:sind|ist|geht|gehen|waren) )?(?:\w+ ){0,4}(?:tabu|verboten|gar nicht|nicht erlaubt|no ?go|gift)\b
@ (?:sind|ist|waren) (?:\w+ ){0,3}(?:todlich|lebensgefahrlich|gefahrlich)\b
@ (?:geht|gehen) bei (?:mir|uns|ihm|ihr|\w+ \w+) nicht\b
\b(?:esse|isst|essen|trinke|trinkt) (?:\w+ )?(?:kein\w*|ohne) @
@ (?:ist|sind) (?:nix|nichts) fur (?:mich|uns|ihn|sie|meine?n?|unsere?n?)\b
@ (?:muss|mussen|soll|sollen|sollte) (?:\w+ ){1,3}(?:meiden|weglassen|vermeiden|verzichten)\b
\b(?:reagier\w*|reaktion\w*|allerg\w*)(?: \w+){0,3} (?:auf|gegen|bei) (?:\w+ )?@
\b(?:auf|gegen|bei) (?:\w+ )?@ (?:\w+ ){0,3}(?:reagier\w*|allerg\w*)
\b(?:bei|von|durch) (?:\w+ )?@ (?:\w+ ){0,4}(?:luft|hals|ausschlag|schwillt|schwell\w*|schlecht|ubel|bauchweh)\b
\b(?:vertr[ae]g\w*|esse|isst) (?:\w+ ){0,3}keine?n? @
\ballerg\w* (?:\w+ ){0,2}(?:auf|gegen) @ ,?(?:\w+ )?(?:meine?|unsere?) \w+ (?:auf|gegen) @
\b(?:auf|gegen) @ allerg\w* ,?(?:\w+ )?(?:meine?|unsere?) \w+ (?:auf|gegen) @
\bkeine?n? @ fur (?:mich|uns|meine?n?|unsere?n?|sie|ihn)\b
"""
_ENGLISH = r"""
@ (?:\w+ ){0,3}(?:cant|cannot|dont|mustnt|shouldnt|(?:can|do|must|may|should) not) (?:do|have|eat|take|tolerate|touch)\b
\b(?:cant|cannot|mustnt|shouldnt|(?:can|must|may|should) not) (?:do|have|eat|take|tolerate|touch) (?:NO\w+ )?@
\b(?:dont|doesnt|(?:do|does) not|never) (?:eat|drink|touch|consume) (?:NO\w+ |any )?@
\b(?:cant|cannot|can not) (?:handle|stomach|digest) (?:NO\w+ )?@
\b(?:anything|something|food) with (?:\w+ )?@ (?:in it )?(?:makes?|kills?|gives?|upsets?)\b
\b(?:cant|cannot) (?:have|eat|take|touch) (?:anything|something|food|any) (?:with|of) @
@ (?:is|are|s) (?:\w+ ){0,3}no\b
@ (?:\w+ ){0,2}hospital\b
@ ,?(?:and )?(?:i|we|she|he|they|my \w+) (?:\w+ ){1,3}(?:in|to|at) (?:the |a )?(?:hospital|emergency|er)\b
\b(?:unable|not allowed) to (?:have|eat|take|tolerate) (?:NO\w+ )?@
\bno @ for (?:me|us|him|her|them|my|our)\b
@ ,?not for (?:me|us|him|her|them|my|our)\b
@ (?:is|are|s) (?:\w+ ){0,3}(?:no go|nogo|off limits|forbidden|problem|issue|poison|deadly|dangerous|trouble)\b
@ (?:is|are|s) (?:out|not my friends?|not an option)(?: for (?:me|us|him|her|them|my|our))?\b
@ (?:\w+ )?(?:kills?|upsets?|triggers?|affects?|hurts?|wrecks?|ruins?) (?:me|us|him|her|them|my|our)\b
@ (?:\w+ )?(?:makes?|sets?|gives?) (?:me|us|him|her|them|(?:my|our) \w+) (?:\w+ )?(?:sick|ill|off|hives|unwell)\b
@ (?:\w+ )?(?:makes?|gives?) (?:me|us|him|her|them|(?:my|our) \w+) (?:\w+ ){0,2}(?:itch\w*|swell\w*|rash|cramps)\b
@ (?:puts?|sends?) (?:me|us|him|her|them|(?:my|our) \w+) (?:\w+ ){0,2}hospital\b
\b(?:swell\w*|hives|rash|sick|ill|anaphyla\w*)(?: \w+){0,5} (?:from|to|with|by|for|of|off|after|eat|eating) (?:\w+ )?@
\b(?:react\w*|epipen|break\w* out|itch\w*)(?: \w+){0,3} (?:from|to|with|by|for|of|off|after|eat|eating) (?:\w+ )?@
@ (?:\w+ ){0,3}(?:dont|doesnt|(?:do|does) not) (?:agree|get along|sit well|go down)\b
\b(?:dont|doesnt|(?:do|does) not|never) (?:really )?like (?:\w+ )?@
\ballerg\w* (?:\w+ )?to @ ,?(?:\w+ ){0,2}(?:my|our) \w+ (?:is )?to @
\b(?:dodgy|funny|iffy|bad|no good|not good|not great|rubbish|terrible|careful|sensitive) with (?:\w+ )?@
\b(?:stay|keep|steer) (?:away|clear|off) (?:from |of )?@
\b(?:must|have to|has to|need to|needs to|gotta) avoid (?:\w+ )?@
"""
_FRENCH = r"""
@ ,?(?:\w+ ){0,4}(?:supporte\w*|digere\w*|tolere\w*|peux|peut|pouvons) (?:\w+ )?(?:pas|mal|plus)\b
@ ,?(?:\w+ ){0,3}(?:interdit\w*|exclu\w*|defendu\w*|pas possible|impossible)\b
@ (?:me|nous|lui|le|la|les) (?:rend\w*|donn\w*|fait|font) (?:\w+ ){0,2}(?:malades?|plaques|boutons|gonfler|mal)\b
\b(?:supporte\w*|digere\w*|tolere\w*) (?:\w+ )?(?:pas|mal|plus) (?:\w+ ){0,2}@
\b(?:gonfle\w*|reagi\w*|malade|plaques|urticaire)(?: \w+){0,2} (?:avec|au|aux|a|les?|la|du|des) (?:\w+ )?@
\b(?:dois|doit|devons|faut) (?:\w+ )?eviter (?:\w+ )?@
@ (?:\w+ ){0,2}non\b
\b(?:mange\w*|bois) (?:pas (?:de )?|sans )@
\baime(?:nt)? pas (?:\w+ )?@
\bpeu[xt] pas (?:\w+ )?(?:manger|prendre|boire) (?:\w+ ){0,2}@
"""
_SPANISH = r"""
\b(?:no (?:como|comemos|come|bebo)|(?:como|comemos|come) sin) (?:\w+ )?@
@ no (?:\w+ ){0,3}(?:toler\w*|puedo|puede|podemos|pueden)\b
@ (?:\w+ ){0,2}(?:sienta|sientan|cae|caen) (?:\w+ )?(?:mal|fatal)\b
\b(?:sienta|sientan|cae|caen) (?:\w+ )?(?:mal|fatal) (?:\w+ )?@
@ (?:\w+ ){0,3}(?:prohibid\w*|da alergia|dan alergia)
\b(?:da|dan|tiene|tengo) alergia (?:\w+ ){0,2}@
\bno (?:puedo|puede|podemos) con (?:\w+ )?@
\bno (?:me|nos|le) gustan? (?:nada )?(?:\w+ )?@
\b(?:tengo|tiene|tenemos) que evitar (?:\w+ )?@
\b(?:hinch\w*|reaccion\w*|(?:pongo|pone|ponen) (?:mal\w*|enferm\w*))(?: \w+){0,2} (?:con|a|al) (?:\w+ )?@
"""
# "My daughter has several food allergies, namely nuts and milk": in any language, however many words count them. A list
# or a card of allergies is nobody's.
_ALLERGIES = (
    r"\b(?:\w*allergie[ns]?|allergy|alergias?|intoleran[czt]\w*|\w*unvertraglichkeit\w*)"
    r"(?! (?:info\w*|menus?|cards?|lists?|advice|friendly|free|aware|karten?|listen?))\b"
)
_OF_ALLERGIES = re.compile(_ALLERGIES)
_NO = "(?!another|enough|more|all|so|that|your)"
_LINES = "".join((_GERMAN, _ENGLISH, _FRENCH, _SPANISH)).replace("NO", _NO).split("\n")
_TOLD = re.compile("|".join(filter(None, _LINES)))
# A list that is headed by the word needs nobody: "allergies: milk, eggs".
_HEADED = re.compile(
    r"^(?:\w+ ){0,2}(?:allerg|alerg|intoleran|unvertrag)\w* (?:\w+ )?,?@|@ (?:geht|gehen) gar nicht\b|@ ni verl\w+"
    r"|@ (?:is|are|s|ist|sind) (?:the |das |ein )?(?:real )?problem\b"
    r"|\b(?:everything|anything|all|alles|tout|todo)(?: \w+){0,3} (?:except|but|bar|apart from|ausser|bis auf|sauf"
    r"|excepto|menos)(?: \w+){0,2} @|\b(?:only|just|nur|bloss|seule?ment|juste|solo) (?:\w+ )?@ "
    r"(?:is|are|s|ist|sind|est|sont|es|son) (?:\w+ ){0,2}(?:problem\w*|issue|proscrit\w*)"
)
# What stands between the things of one list.
_LISTED = re.compile(
    r"(?:,|and |or |nor |und |oder |noch |et |ou |ni |y |o |e |no |any |de |la |le |les |el |los |las )+"
)
_SOMEBODY = """
    i im ive ai we were me us my our he she they him her them his ich wir mir mich uns mein meine meinem meinen meiner
    unser unsere unserem unseren er sie ihm ihr ihn ihnen je j nous on moi me mon ma mes notre nos il elle lui ils
    elles yo mi mis nuestro nuestra nosotros nosotras me nos le les tengo tiene tenemos puedo podemos hincho tolero
    como comemos sufro sufre sufrimos leide leidet leiden souffre souffrons suffer suffers
"""
_OF_SOMEBODY = frozenset(_SOMEBODY.split()) | RELATIVES | {"doctor", "docs", "arzt", "medecin", "medico"}
# What somebody says who wants a food, had it, asks for it or speaks of what was wrong with it, in any language.
_WANTING = """
    want wants wanted like likes liked love loves lover fancy fancies crave craving need needs order ordered ordering
    have has having take takes get gets got bring give send eat eats eating drink drinks try looking find see
    recommend suggest enjoy prefer hungry mood feel feeling had was were did ate tasted please pls plz know wonder
    wondering ask asking tell question if whether about which what whats how hows when where who why or fan keen
    favourite favorite cold raw there theres broken missing smells smell buy bought cook cooked will wollen mochte
    mochten hatte hatten gern gerne mag mogen liebe lieben nehme nehmen nehm bestelle bestellen bringen brauche
    brauchen esse essen ess trinke trinken suche suchen lust hunger war waren bitte ob welche welcher welches wie wo
    wann wer warum oder empfehl empfehlen probieren fehlt kalt roh kaufen gibt veux voudrais voudrions aime aimons
    adore prends prendrai prend commande envie besoin cherche cherchons faim avait etait svp mange mangeons bois quel
    quelle quels quoi comment si ou pourquoi froid manque acheter quiero queremos quisiera gusta gustan gustaria
    encanta encantan tomo tomare pido pedir necesito necesitamos busco buscamos apetece hambre tenia era estaba
    etaient eran estaban delicious tasty yummy lovely lecker kostlich delicieux delicieuse delicieuses ricos buenos
    rica riquisimos favor como comemos bebo que cual cuales donde cuando frio crudo falta comprar voulons veut veulent
    raffole raffolons prenons nimmt steh stehe stehen kommt kam bestellt serviert toma tomamos tomar quiere quieren
    chifla chiflan llega llego murder mad after dropped spilled come came hasnt havent arrive arrived served coffee
    tea kaffee tee cafe te one two three four five zwei drei vier deux trois quatre dos tres cuatro
"""
_WANTS = frozenset(_WANTING.split())
# "On the menu" is no French "on".
_FRENCH_WORDS = frozenset(
    {"ne", "pas", "est", "a", "peut", "de", "des", "aux", "au", "et", "plus", "mange", "les", "la", "le"}
)
_FEWEST_WORDS = 3
_ANY = frozenset({"any", "anything"})
# "Fish for me, steak for her": who gets what.
_WHO_GETS_IT = re.compile(
    r"\b(?:for (?:me|us|him|her|them|my|our)|fur (?:mich|uns|ihn|sie|meine?n?|unsere?n?)"
    r"|pour (?:moi|nous|lui|elle|ma|mon)|para (?:mi|nosotros|el|ella))\b"
)
_APOSTROPHES = str.maketrans("", "", "'\u2019")


def told_at(
    tokens: Sequence[str],
    spans: Sequence[tuple[int, int]],
    marks: Collection[int] = (),
    names: Collection[tuple[str, str]] = (),
) -> frozenset[int]:
    """Return where those spans begin that a clause of folded words says somebody cannot have.

    `marks` are the places before which a comma or a colon stands; `names` the pairs of words that names hold: in "I got
    sick from the fish soup" the fish is a dish's.
    """
    if not tokens or tokens[0] in ASKING_VERBS - _ANY:
        return frozenset()
    ends = {start: end for start, end in spans if not _is_in_a_name(tokens, start, end, marks, names)}
    text, at = written(tokens, ends, marks)
    found = [*_HEADED.finditer(text)]
    if _is_of_somebody(tokens):
        found += _TOLD.finditer(text)
    told = {position for position in at if any(match.start() <= position < match.end() for match in found)}
    if not told and at and speaks_of_allergies(text):
        told = {position for position in at if _OF_ALLERGIES.search(text, 0, position)}
    if len(at) > 1 and (_NOT_THIS_BUT_THAT.search(text) or (_FINE.search(text) and _NOT.search(text))):
        told = set(at)  # "nuts are fine, just no peanuts": which of them is safe to say, only the guest knows
    plain = _NAMED_ALONE.fullmatch(text) or (_IS_FINE.search(text) and not _NOT.search(text))
    if not told and at and not plain and _speaks_of_no_wish(tokens, text):
        # "Milk goes right through me", "hazelnuts and I don't mix": there are more ways to say it than anybody writes
        # down, and who is warned once too often is safe.
        told = set(at)
    # "Nuts and milk are out for us", "I can't do eggs or milk": what is told of one is told of its list.
    neighbours = [(one, other) for one, other in zip(at, list(at)[1:], strict=False) if _are_listed(text, one, other)]
    for one, other in (*neighbours, *reversed(neighbours)):
        told |= {one, other} if told & {one, other} else set()
    return frozenset(at[position] for position in told)


_FOR_SOMEBODY = re.compile(
    r"\b(?:for (?:my|our|the) "
    r"(?:kids?|child|children|son|daughter|wife|husband|partner|friend|mum|mother|dad|boy|girl|baby)"
    r"|fur (?:meine?n?|unsere?n?|die|das) (?:kind\w*|sohn|tochter|frau|mann|freund\w*|mutter|vater)"
    r"|pour (?:ma|mon|mes|notre|nos|les) (?:enfants?|fils|fille|femme|mari|amie?s?|mere|pere)"
    r"|para (?:mi|mis|nuestr\w+|los|las|el|la) (?:nin\w+|hij\w+|mujer|marido|amig\w+|madre|padre))\b"
)


def is_for_somebody(text: str) -> bool:
    """Return whether a folded text asks for somebody: what it wants absent then holds for the whole talk."""
    return _FOR_SOMEBODY.search(text) is not None


def fine_at(tokens: Sequence[str], spans: Sequence[tuple[int, int]]) -> frozenset[int]:
    """Return where those spans begin that a clause calls no trouble: "I'm veggie but fish is ok" asks for no fish."""
    text, at = written(tokens, dict(spans), ())
    if _NOT.search(text):
        return frozenset()
    fine = [*_IS_FINE.finditer(text)]
    return frozenset(place for position, place in at.items() if any(match.start() == position for match in fine))


def written(tokens: Sequence[str], ends: Mapping[int, int], marks: Collection[int]) -> tuple[str, dict[int, int]]:
    """Return a clause as the patterns read it, and the places of what stands as @ by their position in it."""
    text, place = "", 0
    at: dict[int, int] = {}
    while place < len(tokens):
        text += "," if place in marks else ""
        if place in ends:
            at[len(text)] = place
            text, place = f"{text}@ ", ends[place]
        else:
            text, place = f"{text}{tokens[place].translate(_APOSTROPHES)} ", place + 1
    return text, at


_NOT_THIS_BUT_THAT = re.compile(
    r"\b(?:its?|is|are|war\w*|ist|sind|cest|es|son) (?:not|nicht|pas|no) (?:the |die |das |le |la |les |el |los )?@ .*@"
)
_FINE = re.compile(
    r"\b(?:fine|ok|okay|alright|all right|good|(?:no|an?) problem|no issue|can (?:have|eat|do|drink)|in ordnung|geht"
    r"|gehen|kein problem|darf|kann ich|vertrag\w*|pas de (?:probleme|souci)|ca va|va bien|je peux|esta bien|estan bien"
    r"|sin problema|no hay problema|vale|pued[oe] (?:tomar|comer|beber))\b"
)
_IS_FINE = re.compile(
    r"@ (?:(?:is|are|s|ist|sind|est|sont|esta|estan)(?: \w+)? (?:ok|okay|fine|alright|in ordnung|bien|kein problem)"
    r"|(?:geht|gehen|ca va|no problem|kein problem|va bien))\b"
)
_NOT = re.compile(
    r"\b(?:no|not|never|only|just|except|nicht|kein\w*|nur|bloss|ausser|pas|seulement|juste|sans|sauf|solo|sin|menos)\b"
)

# "Et les moules": asked after another dish, and nobody is said not to have them.
_NAMED_ALONE = re.compile(r"(?:(?:et|ou|y|o|und|oder|and|or) )?(?:(?:l[ae]s?|l|des|los|die|der|das|the) )?@ ")


def speaks_of_allergies(text: str) -> bool:
    """Return whether a clause of folded words says that somebody has allergies."""
    said = text.replace("'", " ").replace("\u2019", " ").split()
    return bool(_OF_ALLERGIES.search(text)) and _is_of_somebody(said) and said[0] not in ASKING_VERBS - _ANY


def _speaks_of_no_wish(tokens: Sequence[str], text: str) -> bool:
    said = {token.translate(_APOSTROPHES) for token in tokens}
    orders = _WHO_GETS_IT.search(text) or any(token.isdigit() for token in tokens)
    return len(tokens) >= _FEWEST_WORDS and not orders and _is_of_somebody(tokens) and _WANTS.isdisjoint(said)


def _is_of_somebody(tokens: Sequence[str]) -> bool:
    said = {token.translate(_APOSTROPHES) for token in tokens}
    return not (_OF_SOMEBODY if said & _FRENCH_WORDS else _OF_SOMEBODY - {"on"}).isdisjoint(said)


def _are_listed(text: str, one: int, other: int) -> bool:
    return _LISTED.fullmatch(text, one + 2, other) is not None


def _is_in_a_name(
    tokens: Sequence[str], start: int, end: int, marks: Collection[int], names: Collection[tuple[str, str]]
) -> bool:
    behind = end < len(tokens) and end not in marks and (tokens[end - 1], tokens[end]) in names
    return behind or bool(start and start not in marks and (tokens[start - 1], tokens[start]) in names)


_BUT_NOT = re.compile(
    r"\b(?:but|aber|mais|pero|sino) (?:no|not|never|nicht|kein\w*|pas|nada|nunca) "
    r"(?:(?:any|de|d|the|die|das|l[ae]s?) )?(?:@ )"
)


# What eating something does to somebody: hospital, hives, cramps, in any language.
_DOES = re.compile(
    r"\b(?:hospital|emergency room|hives|rash|blotch\w*|migraines?|headaches?|cramps?|vomit\w*|throw(?:s|ing)? up"
    r"|swell\w*|swollen|itch\w*|breath\w*|wheez\w*|chok\w+|anaphyla\w*|epi ?pen|bloat\w*|diarrh\w*|nause\w*|asthma"
    r"|eczema|collapse\w*|faints?|in a e|a and e|go(?:es)? (?:red|blue|numb)|(?:terribly|very|so|really) (?:ill|sick)"
    r"|upsets? (?:my|her|his|our|their) \w+|(?:get|gets|feel|feels|be) (?:ill|sick)"
    r"|krankenhaus|spital|notaufnahme|notarzt|atemnot|ausschlag|pickel|quaddeln|migrane|kopfweh|kopfschmerzen|bauchweh"
    r"|bauchschmerzen|krampfe|durchfall|erbrech\w*|erbricht|ubergeb\w*|ubergibt|kotz\w*|schwillt|schwell\w*|geschwollen|juck\w*"
    r"|erstick\w*|keine luft|wird \w* ?(?:ubel|schlecht)"
    r"|hopital|urgences|plaques|boutons|urticaire|migraines?|vomi\w*|gonfl\w*|demange\w*|etouff\w*|malades?|nausees?|oedeme"
    r"|mal (?:au|a la|a l) \w+|urgencias|ronchas|sarpullido|urticaria|migranas?|vomit\w*|hinch\w*|picor\w*|ahog\w*"
    r"|mal[io]s?im[oa]s?|me pongo mal\w*|se pone mal\w*|enferm\w*|diarrea)\b"
)


def told_by_what_it_does(
    tokens: Sequence[str], spans: Sequence[tuple[int, int]], names: Collection[tuple[str, str]] = ()
) -> frozenset[int]:
    """Return where those spans begin of which a clause tells what they do: "when she eats eggs she gets a rash".

    However it begins: "if I eat cashews I end up in hospital" asks nothing.
    """
    ends = {start: end for start, end in spans if not _is_in_a_name(tokens, start, end, (), names)}
    text, at = written(tokens, ends, ())
    return frozenset(at.values()) if _DOES.search(text) and _is_of_somebody(tokens) else frozenset()


def told_against(tokens: Sequence[str], spans: Sequence[tuple[int, int]]) -> frozenset[int]:
    """Return where those spans begin that are told to be away though a clause begins as a question does.

    "Puedo tomar leche pero no huevo".
    """
    text, at = written(tokens, dict(spans), ())
    against = [match.end() - len("@ ") for match in _BUT_NOT.finditer(text)] if _FINE.search(text) else []
    return frozenset(at[position] for position in against)


# Whatever does: what is no allergen is not known.
_MAKES_ILL = re.compile(
    r"\bmakes? (?:me|us|him|her|them|my \w+) (?:\w+ )?(?:ill|sick|unwell|poorly|swell)\b"
    r"|\bmach\w* (?:mich|uns|ihn|sie) (?:\w+ )?krank\b|\b(?:me|nous|le|la) rend(?:ent)? (?:\w+ )?malades?\b"
    r"|\b(?:me|nos|le) (?:sienta|cae|pone)n? (?:\w+ )?(?:mal\w*|enferm\w*|fatal)\b"
)


# "My kid cant have eg": somebody cannot eat a thing that has no other word beside it.
_A_THING = (
    r"(?!that|this|it|in|on|at|here|there|out|now|more|all|much|any|alone|early|late|lunch|dinner|breakfast)[a-z]{2,14}"
)
_UNNAMED = re.compile(
    rf"\b(?:cant|cannot|mustnt|can not|not allowed to) (?:eat|have) {_A_THING}$|\ballergic to (?:\w+ )?{_A_THING}$"
    rf"|\ballergisch (?:auf|gegen) {_A_THING}$|\b(?:vertrag\w*|darf|kann) (?:\w+ )?kein\w* {_A_THING}(?: essen)?$"
    rf"|\ballergique (?:a|au|aux) (?:l[ae]s? )?{_A_THING}$|\balergic[oa]s? (?:a|al) (?:l[ao]s? |el )?{_A_THING}$"
)
# What is no food, in any language.
_NO_FOOD = """
    feather feathers dust pollen cat cats dog dogs animals wool latex chlorine penicillin bee bees wasp wasps
    perfume smoke mould mold sun stings antibiotics federn staub hausstaub katzen hunde tiere wolle chlor bienen
    wespen schimmel plumes poussiere acariens chats chiens laine pollens abeilles plumas polvo acaros gatos perros
    lana abejas bath shower bad
"""
_NOT_EATEN = frozenset(_NO_FOOD.split())


def names_nothing_known(text: str) -> bool:
    """Return whether a text says that somebody cannot have a thing to eat, whatever it is: "my kid cant have eg"."""
    said = " ".join(words(text)).translate(_APOSTROPHES)
    found = _UNNAMED.search(said)
    return found is not None and found.group().split()[-1] not in _NOT_EATEN


def makes_ill(text: str) -> bool:
    """Return whether a guest's text says that something makes somebody ill: "fructose makes me very ill"."""
    return _MAKES_ILL.search(fold(text)) is not None
