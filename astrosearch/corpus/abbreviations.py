"""Words whose full stop is part of them, by what may follow; counted in astronomy papers."""

from __future__ import annotations

# A word always follows: the stop never ends a sentence. Compared in lower case.
NEVER_LAST = frozenset(
    """
    e.g i.e eg ie cf cfr viz vs dr drs prof mr mrs fig figs eqs eqn eqns eq sect sects
    subsect refs tab tabs tbl chap chaps app apps nos pp vol vols n.b incl excl approx
    a.k.a aka c.f nr cor gov rev e.q i.e.g esp s.t w.r.t et pop pops mt mts decl prog progs supp
    supplem avg equat alg algs appx thms chs paras subsects
    """.split()  # noqa: SIM905
)

# Never last when a number, a bracket or a mark follows: "Sec. 2", "No. 5", "ref. [3]".
BEFORE_NUMBER = frozenset(
    """
    sec secs no ref ca art p l ch ed eds def prop thm lem cor col cols id ver v ext pt pts para
    jan feb mar apr jun jul aug sep sept oct nov dec lett obs phys astron astrophys rep proc suppl
    ser circ soc bull ann commun math j mon not r sci publ rev int instrum comput space geophys
    st al priv paper figure table equation section max ex exs temp freq eff abs lat lon az alt
    exp gal lum num ang abbr sp std dev wavel vel resp obsid spec req ser
    """.split()  # noqa: SIM905
)

# Last only when the next word commonly opens a sentence: "et al. The", but "Phys. Rev. Lett.".
SELDOM_LAST = frozenset(
    """
    al st jr sr inc ltd co corp univ dept inst lab labs natl nat acad astrophys astron phys lett
    rev proc suppl ser soc bull ann commun math mon not mem obs observ publ sci conf int intl
    circ comput instrum instr meth methods geophys planet j priv comm prep submitt ed eds trans
    rept rep res symp workshop vol jan feb mar apr jun jul aug sep sept oct nov dec resp
    geod nucl part elec electr opt eng tech technol mod quant grav cosmol spec astroparticle
    spectrosc th ch yu ph kh gal ecl sp ang eff std dev rel abs freq temp orig transl alt prop ser
    exp lum ext pos vel calif ariz penn sta ste lat lon num theor appl astronom bibl sov chin jpn
    amer brit roy mitt abh contrib telegr
    """.split()  # noqa: SIM905
)

# Things that are told apart by a letter or a numeral: "galaxy A", "components A and B", "Class I".
# A stop after the letter ends the sentence, where it would else be taken for a name's initial.
LETTERED = frozenset(
    """
    appendix array arc band beam binary blob block box camera candidate case category cavity
    channel chip class cloud clump cluster code column component condition configuration core
    counterpart curve dataset detector disc disk epoch event experiment feature field figure
    filament filter frame galaxy grade group halo hotspot hypothesis image interval item jet knot
    label layer line list lobe location mask method mode model module night nucleus object
    option orbit panel paper part patch path peak phase planet plate point pointing population
    position primary profile quadrant quasar question region release ring run sample scenario
    secondary sector segment sequence series set setup shell side simulation site solution source
    spectrum spot star state station step stream subsample subset sun system table target telescope
    term test tile track transition type version volume zone
    sgr cas cen cyg cyg vir her hya pic tau per ori sagittarius cassiopeia centaurus centauri cygnus
    virgo hercules hydra pictor fornax taurus perseus orion sirius procyon castor
    """.split()  # noqa: SIM905
)

# Words of five letters and more that are cut short: a lower-case word may follow their stop.
SHORTENED = frozenset(
    """
    arcmin arcsec const append subst submitt approx subsect subsec incl excl priv publ instr instrum
    meths proce accel equat param params coeff observ spectr temp astro astron astrophys phys
    """.split()  # noqa: SIM905
)

# Words that open a sentence more often than they name something, most frequent first.
OPENERS = frozenset(
    """
    The In We This For However It As These If Thus To At They Our Since There Therefore Figure On
    One While When Note Although Furthermore By With Finally Using Such But First Here An Moreover
    After Hence All Because From Indeed Some Even Also Given Both Then More Each Only During
    Unfortunately Their Once Another Two Second Most Of That Nevertheless Table So Consequently Due
    Again Further Similarly Instead No Following Additionally Many Assuming Clearly Based Other
    Section And What According Any Let Several Recent Within Among Specifically Recently Despite
    Observations Its Unlike Without Under Considering Conversely Alternatively Combining Models
    Similar Rather Interestingly Over Firstly Three See Below Not Future Data Taking Results Besides
    Secondly Depending Simulations Current Along Subsequent Nonetheless Like Perhaps Before Likewise
    Those Together Comparing Increasing Accordingly Overall Now Where Obviously Yet He She Details
    Typical Either Consider Being Next Beyond Though Very Whereas Namely Different A Which How Why
    Who Is Are Can Do Does Thereby Lastly Thirdly Four Five Six Few Less Until Through Between
    Nor Or Having Applying Adopting Fig Figs Eq Eqs Sect Ref Early Previous Previously Importantly
    Equation Figures Tables Appendix Sections Equations Use Fits Fitting Averaging Both Throughout
    Up Upon Above Across Against Because Certainly Especially Ever Every Initially Just Later Much
    Must Neither None Often Otherwise Particularly Possibly Presumably Still Surprisingly Thanks
    Therein Today Typically Usually Well Whether Whenever Would Your You Please Their Another
    Independent Independently Including Looking Making Knowing Without Notably Remarkably Strictly
    """.split()  # noqa: SIM905
)
