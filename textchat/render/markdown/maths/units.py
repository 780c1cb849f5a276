r"""Draws the units of the package siunitx: `\meter\per\second\squared` as m/s²."""

from __future__ import annotations

import re


def _table(pairs: str) -> dict[str, str]:
    return {name: sign for name, _, sign in (pair.partition(":") for pair in pairs.split())}


_PREFIXES = _table("""
quecto:q ronto:r yocto:y zepto:z atto:a femto:f pico:p nano:n micro:μ milli:m centi:c deci:d deca:da deka:da hecto:h
kilo:k mega:M giga:G tera:T peta:P exa:E zetta:Z yotta:Y kibi:Ki mebi:Mi gibi:Gi tebi:Ti
""")
_UNITS = _table("""
metre:m meter:m gram:g kilogram:kg second:s ampere:A kelvin:K mole:mol candela:cd hertz:Hz newton:N pascal:Pa joule:J
watt:W coulomb:C volt:V farad:F ohm:Ω siemens:S weber:Wb tesla:T henry:H lumen:lm lux:lx becquerel:Bq gray:Gy sievert:Sv
katal:kat radian:rad steradian:sr degreeCelsius:°C celsius:°C degree:° arcminute:′ arcsecond:″ percent:% minute:min
hour:h day:d litre:L liter:L tonne:t hectare:ha electronvolt:eV dalton:Da bar:bar mmHg:mmHg atmosphere:atm angstrom:Å
decibel:dB neper:Np bel:B bit:bit byte:B astronomicalunit:au lightyear:ly parsec:pc molar:M calorie:cal
m:m cm:cm mm:mm um:μm nm:nm km:km g:g kg:kg mg:mg s:s ms:ms us:μs ns:ns A:A mA:mA K:K mol:mol Hz:Hz kHz:kHz MHz:MHz
GHz:GHz N:N kN:kN Pa:Pa kPa:kPa MPa:MPa J:J kJ:kJ eV:eV keV:keV MeV:MeV GeV:GeV W:W kW:kW V:V mV:mV kV:kV C:C F:F pF:pF
T:T L:L l:L mL:mL ml:mL kWh:kWh dB:dB
""")
_POWERS = {"square": "²", "cubic": "³", "squared": "²", "cubed": "³"}
_PART = re.compile(r"\\([A-Za-z]+)\s*|\S")


def drawn_unit(source: str) -> str | None:
    """A unit that is written as commands; None where anything in it is not known, or is no command."""
    factors: list[str] = []
    divisors: list[str] = []
    last = side = factors
    prefix = power = ""
    for part in _PART.finditer(source):
        name = part[1] or ""
        if name == "per":
            side = divisors
        elif name in ("square", "cubic"):
            power = _POWERS[name]
        elif name in _POWERS and last:
            last[-1] += _POWERS[name]
        elif name in _PREFIXES:
            prefix = _PREFIXES[name]
        elif name in _UNITS:
            side.append(prefix + _UNITS[name] + power)
            last, side, prefix, power = side, factors, "", ""
        else:
            return None
    if prefix or power or side is divisors:
        side.append(prefix + power)  # what they belong to is still to come
    return _divided("·".join(factors), "·".join(divisors), is_divided=bool(divisors))


def _divided(above: str, below: str, *, is_divided: bool) -> str:
    below = f"({below})" if "·" in below else below
    return f"{above or 1}/{below}" if is_divided else above
