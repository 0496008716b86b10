"""Calls for help as people in need write them, in any language of the page, and what only sounds like one."""

from pathlib import Path
from random import Random

import pytest

from guestchat.catalogue import Catalogue
from guestchat.evaluation.talk_around import read_talk
from guestchat.understanding.language import detect
from guestchat.understanding.parse import parse
from guestchat.understanding.query import Context, Intent, Query
from guestchat.understanding.vocabulary import LANGUAGES
from tests.conftest import TUESDAY_NOON

CALLS = {
    "en": """
        fire | FIRE!!! |
        there is a fire going in the corridor | we have a fire in the lounge
        somebody tries to light a fire in the hall
        theres a fire in the kitchen | the curtain is on fire | my room is burning | the bin caught fire
        i can smell burning | i can smell smoke | thick smoke in the stairwell | flames coming out of the socket
        my baby cant breathe | he's not breathing | she stopped breathing | my dad is struggling for breath
        my son has trouble breathing | hard to breathe | i cant get air | she is wheezing badly
        my husband is unconscious | a man is lying unconscious in the corridor | she passed out
        he won't wake up | someone fainted in the sauna | my mum collapsed | he is not responding
        i think im having a heart attack | my chest hurts and my arm is numb | terrible pain in my chest
        his heart stopped | my wife is bleeding a lot | he is bleeding from the head | theres blood everywhere
        the bleeding wont stop | my kid is choking | she choked on a bone and cant speak
        my daughter is choking on a grape | she is having an allergic reaction | her face is swelling up
        my tongue is swelling | his throat is closing up | we need an epipen now
        i ate nuts and my throat is itchy and swollen | anaphylactic shock | it smells of gas in here
        smell of gas in the hallway | i think there is a gas leak | there is a stranger in my room
        somebody is trying to break into my room | an intruder | a man with a knife is in the hall
        someone is trying to get in | he is hitting me | call an ambulance | we need an ambulance
        ambulance please quick | call 112 | get a doctor quick | please call the police
        my friend took an overdose | he had a seizure | she is having a stroke
        a child fell into the pool and is drowning | my son fell out of the window | we're stuck in the lift
        HELP HELP | please help me she is dying | my father is very ill, send a doctor now
        i want to kill myself | my baby swallowed a battery | water broke, the baby is coming | amublance please
        she is unconcious | hes chocking | alergic reaction | my wife has a hart attack""",
    "de": """
        feuer | ES BRENNT | im zimmer brennts | der vorhang brennt | in der küche brennt es
        der mülleimer steht in flammen | hier riecht es nach rauch | alles voller rauch im treppenhaus
        es riecht verbrannt | brandgeruch im flur | mein baby atmet nicht | er kriegt keine luft
        ich krieg keine luft mehr | sie kann nicht atmen | atemnot | mein vater atmet kaum noch
        mein mann ist bewusstlos | sie wacht nicht mehr auf | er reagiert nicht mehr
        meine mutter ist umgekippt | jemand liegt bewusstlos im gang | sie ist ohnmächtig geworden
        ich glaube ich habe einen herzinfarkt | starke schmerzen in der brust
        mein herz rast und der arm ist taub | sie blutet stark | er blutet am kopf | überall blut
        die blutung hört nicht auf | mein kind hat sich verschluckt und läuft blau an | er erstickt
        sie hat eine gräte im hals und bekommt keine luft | allergische reaktion | ihr gesicht schwillt an
        meine zunge schwillt an | sein hals schwillt zu | wir brauchen einen epipen | anaphylaktischer schock
        es riecht nach gas | gasgeruch | ich glaube gas tritt aus | ein fremder ist in meinem zimmer
        einbrecher | jemand versucht in mein zimmer einzubrechen | ein mann mit einem messer | er schlägt mich
        rufen sie einen krankenwagen | krankenwagen bitte schnell | wir brauchen den notarzt
        rufen sie die polizei | bitte schnell einen arzt | mein freund hat überdosiert
        sie hat einen krampfanfall | schlaganfall | ein kind ertrinkt im pool | wir stecken im aufzug fest
        HILFE HILFE | hilfe bitte sie stirbt | ich will sterben | mein sohn ist aus dem fenster gefallen
        die fruchtblase ist geplatzt | er ist bewustlos""",
    "fr": """
        au feu | IL Y A LE FEU | il y a le feu dans le couloir | y'a le feu dans la cuisine | ma chambre brûle
        le rideau a pris feu | ça sent le brûlé | ça sent la fumée | plein de fumée dans l'escalier
        des flammes sortent de la prise | mon bébé ne respire plus | il n'arrive plus à respirer
        j'arrive pas à respirer | elle a du mal à respirer | elle étouffe | mon mari est inconscient
        elle s'est évanouie | il ne se réveille pas | elle ne répond plus | quelqu'un a fait un malaise
        je crois que je fais une crise cardiaque | j'ai mal à la poitrine | son coeur s'est arrêté
        elle saigne beaucoup | il saigne de la tête | du sang partout | ça n'arrête pas de saigner
        mon fils s'étouffe avec un raisin | ma fille s'étrangle | elle fait une réaction allergique
        son visage gonfle | ma langue gonfle | sa gorge se ferme | il nous faut un epipen | choc anaphylactique
        ça sent le gaz | odeur de gaz dans le couloir | fuite de gaz | il y a un inconnu dans ma chambre
        un intrus | quelqu'un essaie d'entrer dans ma chambre | un homme avec un couteau | il me frappe
        appelez une ambulance | une ambulance vite | appelez les pompiers | appelez la police | un médecin vite
        overdose | il convulse | elle fait un avc | un enfant se noie dans la piscine
        on est coincés dans l'ascenseur | AU SECOURS | à l'aide elle meurt | mon fils est tombé par la fenêtre
        je veux mourir | elle a perdu les eaux""",
    "es": """
        fuego | HAY FUEGO | hay fuego en la cocina | se está quemando la habitación | la cortina está ardiendo
        se incendió la papelera | huele a quemado | huele a humo | mucho humo en la escalera
        salen llamas del enchufe | mi bebé no respira | no puede respirar | no puedo respirar
        le cuesta respirar | se está ahogando | se ahoga | mi marido está inconsciente | se ha desmayado
        no se despierta | no responde | mi madre se ha desplomado | creo que me está dando un infarto
        me duele el pecho y el brazo | se le ha parado el corazón | está sangrando mucho | sangra por la cabeza
        hay sangre por todas partes | no para de sangrar | mi hijo se está atragantando
        se atragantó con una espina | tiene una reacción alérgica | se le hincha la cara
        se me hincha la lengua | se le cierra la garganta | necesitamos un epipen | choque anafiláctico
        huele a gas | olor a gas en el pasillo | una fuga de gas | hay un extraño en mi habitación | un intruso
        alguien intenta entrar en mi habitación | un hombre con un cuchillo | me está pegando
        llamen a una ambulancia | una ambulancia rápido | llamen a los bomberos | llamen a la policía
        un médico rápido | sobredosis | está convulsionando | le está dando un ictus
        un niño se ahoga en la piscina | estamos atrapados en el ascensor | SOCORRO | AYUDA se muere
        mi hijo se ha caído por la ventana | me quiero morir | ha roto aguas""",
}
CALM = {
    "en": """
        is there a fireplace in the lounge | can you light the fire in the library | is there a fire pit
        candles in the room? | wood fired pizza? | is the curry fire hot | heart of lettuce salad
        hearts of palm | artichoke hearts please | what happens in case of fire | where is the fire exit
        when is the fire alarm test | where are the fire extinguishers | does the room have a gas stove
        is there a gas station nearby | can i smoke on the balcony | smoked salmon please
        smoking room available? | blood orange juice | black pudding is made of blood?
        is the steak bleeding rare | i could die for a coffee | im dying for a drink
        this view takes my breath away | is the pool good for breaststroke | break of dawn breakfast
        coffee break | knife and fork please | can i have a steak knife | is there a doctor nearby
        where is the nearest hospital | where's the police station | pharmacy near here
        allergic to nuts, what can i eat | my son has a nut allergy | i am allergic to cats
        is the swimming pool supervised | heart shaped pillow | what do i do in an emergency | emergency number?
        the breathing space bar | help me choose a wine | can you help me with my bags | i need help with the tv
        do you have burning incense | crème brûlée | burnt basque cheesecake | flame grilled burger
        the lift is stuck | wheelchair access to the lift | fire salamander trail | burn calories in the gym
        how do i call reception | shock-frozen fish? | do you have cooking classes | where are the dogs
        strokes of luck | do you have a first aid kit | logs for the fire | can we sit by the fire
        where's the muster point if theres a fire | what happens in the event of a fire | can i light a fire here
        can someone help carry our bags down | can somebody help with the luggage""",
    "de": """
        gibt es einen kamin | können sie den kamin anzünden | kerzen im zimmer | feuerstelle im garten
        flammkuchen bitte | wo ist der notausgang | was tun wenn es brennt | wo ist der feuerlöscher
        salatherzen | artischockenherzen | gibt es eine gasheizung | tankstelle in der nähe | darf ich rauchen
        räucherlachs | raucherzimmer | blutorangensaft | blutwurst | ich sterbe vor hunger | steakmesser bitte
        gibt es einen arzt in der nähe | wo ist das nächste krankenhaus | wo ist die polizei
        ich bin allergisch gegen nüsse | mein sohn hat eine nussallergie | der aufzug steckt fest
        notfallnummer? | im notfall? | hilfe beim gepäck bitte | brauche hilfe mit dem fernseher
        feurig scharf? | feuertopf | das licht brennt nicht | gebrannte mandeln | brandteig | weinbrand
        haben sie branntwein | herzhafte gerichte""",
    "fr": """
        y a-t-il une cheminée | un feu de cheminée | pouvez-vous allumer le feu | des bougies
        pizza au feu de bois | pot-au-feu | s'il y a le feu que faire | en cas d'incendie
        où est la sortie de secours | où est l'extincteur | coeur de laitue | coeurs d'artichaut | saumon fumé
        puis-je fumer sur le balcon | chambre fumeur | orange sanguine | boudin noir | je meurs de faim
        couteau à steak svp | y a-t-il un médecin près d'ici | où est l'hôpital | où est le commissariat
        je suis allergique aux noix | mon fils a une allergie aux noix | l'ascenseur est bloqué
        numéro d'urgence | besoin d'aide pour les bagages | crème brûlée | viande saignante
        une station essence | un coup de coeur du chef""",
    "es": """
        hay chimenea | pueden encender la chimenea | velas en la habitación | carne al fuego | a fuego lento
        pizza al horno de leña | qué hago en caso de incendio | dónde está la salida de emergencia
        dónde está el extintor | corazones de alcachofa | cogollos | salmón ahumado | puedo fumar en el balcón
        naranja sanguina | morcilla | me muero de hambre | cuchillo por favor | hay un médico cerca
        dónde está el hospital | dónde está la comisaría | soy alérgico a los frutos secos
        mi hijo tiene alergia a las nueces | el ascensor está atascado | número de emergencias
        ayuda con las maletas por favor | hay gasolinera cerca | huevos a la flamenca | agua con gas
        agua sin gas | pechuga de pollo""",
}


def _each(said: dict[str, str]) -> list[tuple[str, str]]:
    return [
        (language, text.strip())
        for language, texts in said.items()
        for text in texts.replace("\n", "|").split("|")
        if text.strip()
    ]


def read(lindenhof: Catalogue, text: str, page: str) -> Query:
    lexicon = lindenhof.lexicon
    spoken = detect(text, page, lindenhof.content.languages, lexicon.spoken, lexicon.name_pairs)
    return parse(text, lexicon, Context(), TUESDAY_NOON, spoken)


def _urgent(lindenhof: Catalogue, text: str, page: str) -> bool:
    return any(part.intent is Intent.EMERGENCY for part in read(lindenhof, text, page).parts)


@pytest.mark.parametrize("page", ["own", "en"])
def test_a_call_for_help_is_heard(lindenhof: Catalogue, page: str) -> None:
    """Also on a page that is still in another language than the cry."""
    missed = [
        text for language, text in _each(CALLS) if not _urgent(lindenhof, text, language if page == "own" else page)
    ]
    assert missed == []


def test_what_only_sounds_like_a_call_for_help_is_none(lindenhof: Catalogue) -> None:
    heard = [text for language, text in _each(CALM) if _urgent(lindenhof, text, language)]
    assert heard == []


TALK = Path(__file__).parents[2] / "questions" / "talk_around.jsonl"


def test_a_call_is_heard_through_talk_around_it(lindenhof: Catalogue) -> None:
    random = Random(1)
    before = {
        language: [each.text for each in read_talk(TALK) if each.before and each.language == language]
        for language in LANGUAGES
    }
    calls = [(language, text) for language, text in _each(CALLS) if _urgent(lindenhof, text, language)]
    missed = [
        f"{talk}{text}"
        for language, text in calls
        if not _urgent(lindenhof, f"{(talk := random.choice(before[language]))}{text}", language)
    ]
    assert missed == []
