"""Owns how an amount of money is written in a language; pure. Amounts are kept and computed elsewhere."""

from decimal import ROUND_HALF_UP, Decimal

from menus.hotel_file.currencies import DECIMALS

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹", "ILS": "₪", "KRW": "₩", "TRY": "₺", "UAH": "₴"}
NO_BREAK = "\N{NO-BREAK SPACE}"
SYMBOL_FIRST = frozenset({"en", "ja", "ko", "zh", "he", "hi"})
POINT = frozenset({"en", "ja", "ko", "zh", "th", "he", "hi"})
SPACED = frozenset({"fr", "pl", "cs", "sk", "uk", "ru", "sv", "nb", "fi"})


def format_price(amount: Decimal, currency: str, language: str) -> str:
    """Return an amount as a reader of the language writes it, such as €14.50, CHF 14.50 or 14,50 €.

    An amount that is finer than the currency's smallest unit keeps its digits: it is what the hotel wrote.
    """
    base = language.partition("-")[0]
    digits = DECIMALS.get(currency, 2)
    rounded = amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    number = _number(f"{rounded if rounded == amount else amount.normalize():f}", base)
    symbol = SYMBOLS.get(currency)
    if base not in SYMBOL_FIRST:
        return f"{number}{NO_BREAK}{symbol or currency}"
    return f"{symbol}{number}" if symbol else f"{currency}{NO_BREAK}{number}"


def _number(plain: str, base: str) -> str:
    whole, _, fraction = plain.partition(".")
    thousands = "," if base in POINT else "\N{NARROW NO-BREAK SPACE}" if base in SPACED else "."
    grouped = f"{int(whole):,}".replace(",", thousands)
    return grouped if not fraction else f"{grouped}{'.' if base in POINT else ','}{fraction}"
