"""What is known of names: constellations, catalogues, elements, units and joined words."""

from __future__ import annotations

_CONSTELLATIONS = """
    And Andromeda Andromedae|Ant Antlia Antliae|Aps Apus Apodis|Aqr Aquarius Aquarii
    |Aql Aquila Aquilae|Ara Ara Arae|Ari Aries Arietis|Aur Auriga Aurigae|Boo Bootes Bootis
    |Cae Caelum Caeli|Cam Camelopardalis Camelopardalis|Cnc Cancer Cancri|Cap Capricornus Capricorni
    |Car Carina Carinae|Cas Cassiopeia Cassiopeiae|Cen Centaurus Centauri|Cep Cepheus Cephei
    |Cet Cetus Ceti|Cha Chamaeleon Chamaeleontis|Cir Circinus Circini|Col Columba Columbae
    |Crt Crater Crateris|Cru Crux Crucis|Crv Corvus Corvi|Cyg Cygnus Cygni|Del Delphinus Delphini
    |Dor Dorado Doradus|Dra Draco Draconis|Equ Equuleus Equulei|Eri Eridanus Eridani
    |For Fornax Fornacis|Gem Gemini Geminorum|Gru Grus Gruis|Her Hercules Herculis
    |Hor Horologium Horologii|Hya Hydra Hydrae|Hyi Hydrus Hydri|Ind Indus Indi
    |Lac Lacerta Lacertae|Leo Leo Leonis|Lep Lepus Leporis|Lib Libra Librae|Lup Lupus Lupi
    |Lyn Lynx Lyncis|Lyr Lyra Lyrae|Men Mensa Mensae|Mic Microscopium Microscopii
    |Mon Monoceros Monocerotis|Mus Musca Muscae|Nor Norma Normae|Oct Octans Octantis
    |Oph Ophiuchus Ophiuchi|Ori Orion Orionis|Pav Pavo Pavonis|Peg Pegasus Pegasi
    |Per Perseus Persei|Phe Phoenix Phoenicis|Pic Pictor Pictoris|Psc Pisces Piscium
    |Pup Puppis Puppis|Pyx Pyxis Pyxidis|Ret Reticulum Reticuli|Scl Sculptor Sculptoris
    |Sco Scorpius Scorpii|Sct Scutum Scuti|Ser Serpens Serpentis|Sex Sextans Sextantis
    |Sge Sagitta Sagittae|Sgr Sagittarius Sagittarii|Tau Taurus Tauri|Tel Telescopium Telescopii
    |Tri Triangulum Trianguli|Tuc Tucana Tucanae|Vel Vela Velorum|Vir Virgo Virginis
    |Vol Volans Volantis|Vul Vulpecula Vulpeculae"""
# Abbreviation, nominative and genitives of each constellation.
CONSTELLATIONS = tuple(tuple(row.split()) for row in _CONSTELLATIONS.split("|"))
# Those of two words: abbreviation, canonical word, ways to write it in full.
LONG_CONSTELLATIONS = (
    ("CMa", "canismajor", ("canis major", "canis majoris")),
    ("CMi", "canisminor", ("canis minor", "canis minoris")),
    ("Com", "comaberenices", ("coma berenices", "comae berenices", "comber")),
    ("CrA", "coronaaustralis", ("corona australis", "coronae australis")),
    ("CrB", "coronaborealis", ("corona borealis", "coronae borealis")),
    ("CVn", "canesvenatici", ("canes venatici", "canum venaticorum")),
    ("LMi", "leominor", ("leo minor", "leonis minoris")),
    ("PsA", "piscisaustrinus", ("piscis austrinus", "piscis austrini")),
    ("TrA", "triangulumaustrale", ("triangulum australe", "trianguli australis")),
    ("UMa", "ursamajor", ("ursa major", "ursae majoris")),
    ("UMi", "ursaminor", ("ursa minor", "ursae minoris")),
)
# Abbreviations that are words of English, or of something else, unless a name's other half and a
# capital say that they are meant.
AMBIGUOUS = frozenset(
    """and ant ara ari cap car cam col for gem her leo lib men mic mon oct per pup ser sex tau tel
    vel vol com del dor equ hor ind ret sge cir cru""".split()  # noqa: SIM905
)

# Abbreviations that mean nothing else, without a name's other half too.
SURE = frozenset("cyg tuc cen eri oph aqr aql peg cnc sco".split())  # noqa: SIM905

# Catalogues whose numbers name objects: what is written for the same one, the usual name first.
CATALOGUES = tuple(
    tuple(row.split())
    for row in """ngc|ic|ugc|ugca|pgc|leda|messier m|mrk markarian mkn|gliese gj gl|abell aco|hd|hip
    |hr|arp|ddo|vcc|fcc|hcg|tic|toi|koi|kic|epic|k2|kepler|wasp|kelt|corot|tres|xo|hats|mwc|wr|rcw
    |lynds ldn|lbn|barnard|trappist|lhs|ltt|wolf|ross|lkha|speculoos|nltt|qatar|mascara|ton|haro
    |terzan|palomar pal|trumpler|westerlund|berkeley|collinder|melotte|blanco|segue|willman
    |liller|ark akn|fairall|vv|cta|oj|pox|tmc|ss|hh|dr|holmberg|kug|cgcg""".replace("\n", "").split(
        "|"
    )
)
# Catalogues whose objects are named by where they are.
PLACED = frozenset(
    """pks grs iras pg txs qso he ms cl exo gs gx sgr ao pmn psr axp lbqs hs wd ec mrc apm q h ks
    mxb a tol sbs fsc gro eso cs bps l lp sdss rx xte igr sax""".split()  # noqa: SIM905
)
# Of these, those that mean something else in small letters.
CAPITAL = frozenset("he ms cl gs a h q l lp hs ss m dr vv ton".split())  # noqa: SIM905

_ELEMENTS = """H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge
    As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb
    Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U"""
ELEMENTS = {symbol: i + 1 for i, symbol in enumerate(_ELEMENTS.split())}  # -> atomic number
# Elements whose ions, isotopes and compounds papers speak of.
FOUND = frozenset(
    """H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ge Kr Rb Sr Y
    Zr Mo Tc Ru Ag Te Xe Cs Ba La Ce Pr Nd Sm Eu Gd Dy Er Yb Hf Os Ir Pt Au Hg Pb Th U""".split()  # noqa: SIM905
)
ELEMENT_NAMES = {
    "hydrogen": "H", "helium": "He", "lithium": "Li", "beryllium": "Be", "boron": "B",
    "carbon": "C", "nitrogen": "N", "oxygen": "O", "neon": "Ne", "sodium": "Na",
    "magnesium": "Mg", "aluminium": "Al", "aluminum": "Al", "silicon": "Si", "sulfur": "S",
    "sulphur": "S", "argon": "Ar", "calcium": "Ca", "titanium": "Ti", "chromium": "Cr",
    "iron": "Fe", "cobalt": "Co", "nickel": "Ni", "uranium": "U", "thorium": "Th",
    "technetium": "Tc", "chlorine": "Cl", "potassium": "K",
}  # fmt: skip
# Mass numbers of isotopes of the light elements; the heavier have 2.0 to 2.7 times their number.
LIGHT_ISOTOPES = {
    "H": range(2, 4), "He": range(3, 5), "Li": range(6, 8), "Be": range(7, 11), "B": range(10, 12),
    "C": range(12, 15), "N": range(13, 16), "O": range(15, 19), "F": range(18, 20),
    "Ne": range(20, 23), "Na": range(22, 25), "Mg": range(23, 27), "Al": range(26, 28),
    "Si": range(28, 33), "P": range(30, 34), "S": range(32, 37),
}  # fmt: skip
# Symbols that are units too, so that a number before them is no mass number unless it is raised.
UNIT_SYMBOLS = frozenset({"K", "V", "W"})

SERIES = {"ly": "lyman", "lyman": "lyman", "pa": "paschen", "paschen": "paschen"}
SERIES |= {"br": "brackett", "brackett": "brackett", "pf": "pfund", "pfund": "pfund"}
SERIES_SYMBOLS = {"lyman": "ly", "paschen": "pa", "brackett": "br", "pfund": "pf"}
# Lines written with Latin letters.
LATIN_LINES = {
    "Ha": ("h", "alpha"), "Hb": ("h", "beta"), "Lya": ("ly", "alpha"), "LyA": ("ly", "alpha"),
    "lya": ("ly", "alpha"), "Lyb": ("ly", "beta"), "lyb": ("ly", "beta"), "Pab": ("pa", "beta"),
    "Paa": ("pa", "alpha"), "Brg": ("br", "gamma"), "Bra": ("br", "alpha"),
}  # fmt: skip

UNITS = {
    "um": "micron", "micrometer": "micron", "micrometers": "micron", "micrometre": "micron",
    "micrometres": "micron", "microns": "micron", "mum": "micron",
    "å": "angstrom", "angstroms": "angstrom", "ångström": "angstrom", "ångströms": "angstrom",
    "ångstrom": "angstrom", "ångstroms": "angstrom", "angstrom": "angstrom", "aa": "angstrom",
    "ghz": "ghz", "mhz": "mhz", "khz": "khz", "thz": "thz", "hz": "hz", "kev": "kev", "mev": "mev",
    "gev": "gev", "tev": "tev", "pev": "pev", "ev": "ev", "jy": "jy", "mjy": "mjy", "ujy": "ujy",
    "kpc": "kpc", "mpc": "mpc", "gpc": "gpc", "pc": "pc", "au": "au", "km": "km", "cm": "cm",
    "mm": "mm", "nm": "nm", "m": "m", "s": "s", "ms": "ms", "min": "min", "hr": "hr", "hrs": "hr",
    "yr": "yr", "yrs": "yr", "myr": "myr", "gyr": "gyr", "kyr": "kyr", "day": "day",
    "days": "days", "d": "d", "h": "h", "k": "k", "mk": "mk", "uk": "uk", "kg": "kg", "g": "g",
    "mag": "mag", "mas": "mas", "uas": "uas", "arcsec": "arcsec", "arcmin": "arcmin", "deg": "deg",
    "erg": "erg", "ergs": "erg", "msun": "msun", "rsun": "rsun", "lsun": "lsun", "zsun": "zsun",
    "sigma": "sigma", "dex": "dex", "sr": "sr", "w": "w", "ug": "ug", "mg": "mg", "t": "t",
    "v": "v", "kms": "km s", "year": "year", "years": "years", "us": "us", "ns": "ns",
}  # fmt: skip
MICRO = {"m": "micron", "s": "us", "as": "uas", "jy": "ujy", "k": "uk", "g": "ug", "hz": "uhz"}

# Words that are also written in one, or otherwise, and how they are spelled here.
JOINED = {
    "xray": "x ray", "xrays": "x rays", "gammaray": "gamma ray", "gammarays": "gamma rays",
    "nbody": "n body", "lcdm": "lambda cdm", "xmmnewton": "xmm newton", "fermilat": "fermi lat",
    "panstarrs": "pan starrs", "hatsouth": "hat south", "superwasp": "super wasp",
    "xshooter": "x shooter", "hawki": "hawk i", "harpsn": "harps n", "snia": "sn ia",
    "sneia": "sn ia", "sne": "sn", "aligo": "advanced ligo", "advligo": "advanced ligo",
    "asassn": "asas sn", "superk": "super k", "hyperk": "hyper k", "goodsn": "goods n",
    "goodss": "goods s", "coldgass": "cold gass", "xcoldgass": "xcold gass", "hatlas": "h atlas",
    "superkamiokande": "super kamiokande", "hyperkamiokande": "hyper kamiokande",
    "timescale": "time scale", "timescales": "time scales", "lightcurve": "light curve",
    "lightcurves": "light curves", "dataset": "data set", "datasets": "data sets",
    "starforming": "star forming", "loggf": "log gf", "logg": "log g",
}  # fmt: skip

# Prefixes that are written with a hyphen or without.
PREFIXES = """non multi anti semi sub super pre post inter intra ultra micro macro hyper photo
    spectro magneto hydro thermo proto pseudo quasi re un over under meta mini circum extra trans"""

# Parameters with an index of one Latin letter that are written without the mark, case and all.
GLUED_PARAMETERS = {"LX": "lsubx", "Lx": "lsubx", "AV": "asubv", "Av": "asubv"}
GLUED_PARAMETERS |= {"XCO": "xco", "Xco": "xco", "fgas": "fgas"}
# What stands behind a Greek letter in parameters written in one word.
GREEK_INDICES = {
    "omega": "m b k r c de gw nu lambda dm 0 hi", "alpha": "co ox", "sigma": "v z",
    "lambda": "cdm",
}  # fmt: skip
