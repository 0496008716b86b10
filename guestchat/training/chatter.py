"""Owns saying a written question as guests say it: leading up to it, in other words, typed or dictated. Draws only."""

import re

import numpy as np

# How guests come to the point, and leave it again.
_BEFORE = (
    "Hi, ", "Hello! ", "Also, ", "And ", "Great, ", "Thanks. ", "Excuse me, ", "One more thing: ", "Quick question: ",
    "Yes, ", "Okay, and ", "Sorry to bother you. ", "Before we come: ", "By the way, ", "uh ", "um so ", "yeah and ",
    "oh and ", "alright ", "well ", "hey there ", "no but ", "ok thanks, and ", "I see. ", "Perfect. ", "not yet, ",
    "one last thing ", "that sounds good, ", "Before I book, ", "first of all, ", "let me think, ", "so ",
    "sure, and also ", "can I ask one thing, ", "i have a question, ", "just checking, ",
)  # fmt: skip
_AFTER = (
    " Thanks!", " Thank you.", " Just curious.", " please", " We are staying until Sunday.", " I need to know.",
    " Let me know.", " do you know?", " or not?", " by any chance", " for us", " while I'm there", " if I need to",
    " when we get there", " just in case", " right?", " or something like that", " if you don't mind me asking",
    " during our stay", " at all",
)  # fmt: skip
_WHETHER = (
    "could you tell me if", "can you check if", "do you know if", "I was wondering if", "can you find out whether",
    "I want to know if", "I need to know whether", "would you happen to know if", "first I need to know if",
    "can you confirm that", "I'd like to make sure", "please tell me if", "any idea if", "just want to see if",
)  # fmt: skip
_BE_ABLE = (
    "will I be able to", "would it be possible to", "is it possible to", "am I allowed to", "may I", "could I",
    "is there a way to", "is it okay to", "I would like to know if I can", "would I be able to", "I'd love to",
    "are guests able to", "would it be a problem to", "we were hoping to",
)  # fmt: skip
_COST = (
    "do I have to pay for", "what would I pay for", "is there any charge for", "how expensive is", "is it extra for",
    "what does it cost for", "do they charge for", "what's the price for", "will there be a fee for",
)  # fmt: skip
_THERE = re.compile(r"^(is|are) there (?:any |an? )?(.+)$", re.IGNORECASE)
_DO = re.compile(
    r"^(?:do|does) (you|they|it|the (?:hotel|restaurant|place)) (offer|have|serve|provide|accept|allow|take) (.+)$",
    re.IGNORECASE,
)
_CAN = re.compile(r"^(?:can|may|could) (?:i|we|guests|customers|one|people) (.+)$", re.IGNORECASE)
_FEE = re.compile(
    r"^(?:is there (?:a|any) (?:fee|charge|cost) (?:for|to use)|how much (?:is|does|are)) (.+)$", re.IGNORECASE
)
_DICTATED = re.compile(r"[?!.,:;]+(?=\s|$)")


def spoken(question: str, random: np.random.Generator) -> str:
    """Return a question in a guest's words: put otherwise, with something around it, or without a guest's commas."""
    text = question.rstrip("?. ") if random.random() < 0.6 else question
    if random.random() < 0.6:
        text = _otherwise(text, random)
    chance = random.random()
    if chance < 0.4:
        text = f"{random.choice(_BEFORE)}{text[:1].lower()}{text[1:]}"
    elif chance < 0.65:
        text = f"{text}{random.choice(_AFTER)}"
    return _DICTATED.sub("", text.lower()) if random.random() < 0.4 else text


def _otherwise(text: str, random: np.random.Generator) -> str:
    """Return a question turned into another form of the same; one of no known form stays as it is."""
    text = text.rstrip("?. ")
    if found := _FEE.match(text):
        return f"{random.choice(_COST)} {re.sub(r' cost$', '', found[1])}?"
    if found := _THERE.match(text):
        asks = ("do you have", "do they have", "is there", "would there be", "have you got", "I'm looking for")
        if random.random() < 0.5:
            return f"{random.choice(_WHETHER)} there {found[1].lower()} {found[2]}"
        return f"{random.choice(asks)} {found[2]}?"
    if found := _DO.match(text):
        verbs = {"you": "you {verb}", "they": "they {verb}"}
        verb = found[2].lower()
        third = "has" if verb == "have" else f"{verb}s"
        said = verbs.get(found[1].lower(), f"{found[1].lower()} {third}").format(verb=verb)
        return f"{random.choice(_WHETHER)} {said} {found[3]}"
    if found := _CAN.match(text):
        return f"{random.choice(_BE_ABLE)} {found[1]}?"
    return text


def noisy(text: str, share: float, random: np.random.Generator) -> str:
    """Return a question as it is typed in haste: now and then without a word, or with a letter lost or turned."""
    found = text.split()
    if random.random() < share and len(found) > 3:
        found.pop(int(random.integers(len(found))))
    if found and random.random() < share:
        place = int(random.integers(len(found)))
        word = found[place]
        if len(word) > 4:
            at = int(random.integers(1, len(word) - 1))
            lost, turned = word[:at] + word[at + 1 :], word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            found[place] = lost if random.random() < 0.5 else turned
    return " ".join(found)
