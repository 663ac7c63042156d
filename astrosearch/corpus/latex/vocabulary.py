"""What LaTeX's and the astronomical classes' commands and environments mean for a reader."""

from __future__ import annotations

from astrosearch.corpus.latex.tokens import words

HEADINGS = words(
    """
        part chapter section subsection subsubsection paragraph subparagraph
        subsubsubsection Section sect mysection
        """
)

# Commands that are passed over together with their arguments, and how many they have.
ARGUMENTS: dict[str, int] = {
    **dict.fromkeys(
        words(
        """
        label vspace hspace pagestyle thispagestyle bibliographystyle bibliography
        includegraphics affiliation affil altaffiltext altaffiliation email
        institute keywords kwd subjectheadings slugcomment shorttitle shortauthors
        received revised accepted submitted published submitjournal journal orcid
        orcidlink correspondingauthor corresp titlerunning authorrunning offprints
        altaffilmark inst facilities facility software plotone epsscale index
        tablenotemark tablewidth tabletypesize tablecolumns tablenum rotate
        collaboration deleted sout xout st todo comment addbibresource graphicspath
        pagenumbering usetikzlibrary hypersetup hyphenation hphantom phantom
        vphantom color colorbox rhead lhead chead lfoot cfoot rfoot fancyhead
        fancyfoot usefont notetoeditor date tableofcontents refstepcounter
        stepcounter pubyear volume pagerange thanksref authornote address preprint
        pacs footnotemark includeonly bibdata nocite authorcontributions
        linenumberfont nolinenumbers setstretch doublespacing captionsetup svg
        plotfiddle listfiles setkeys lstset sisetup figsetgrpnum figsetnum
        figsettitle figsetgrptitle figsetplot figsetgrpnote resumeproject marginpar
        marginnote sidenote missingfigure epsfbox psfig epsfig documentclass
        usepackage RequirePackage input include import usecounter hfilneg newcounter
        newlength newsavebox usebox sbox bibpunct citestyle setcitestyle listoftodos
        articletype jyear jnlvol authormark fancypagestyle ArticleType Year Month
        Vol No addto allauthors reportnum twocolumngrid onecolumngrid dochead
        orcidID orcidauthor DOI newtheorem theoremstyle
        bibliographyfullrefs urlstyle hline floatplacement subtitle listofchanges
        watermark setwatermarkfontsize savesymbol ccsdesc fundingAgency leadauthor
        communicated idline nonumber boldmath animategraphics addresses degreeaward
        university unilogo copyyear defenddate rightsstatement ead cortext runtitle
        thankstext features newgeometry linespread epsffile runauthor glossary
        documentstyle UTaddsupervisor DIFdel DIFdelFL fxnote fxwarning fxerror fxfatal
        UTaddcommittee
        """
    ),
        1,
    ),
    **dict.fromkeys(
        words(
        """
        setcounter addtocounter rule plottwo
        numberwithin markboth restoresymbol
        newcolumntype resizebox
        chpname secname contentsmargin pdfbookmark counterwithin fontsize nomenclature
        UTtitlepage listofsymbols listofconstants listofnomenclature AtBeginEnvironment
        """
    ),
        2,
    ),
    **dict.fromkeys(["definecolor", "addcontentsline", "setfootnoterule", "DeclareFieldFormat"], 3),
    "textcolor": 1, "scalebox": 1, "rotatebox": 1, "fcolorbox": 2,
    "multicolumn": 2, "multirow": 2, "foreignlanguage": 1, "selectlanguage": 1, "hyperlink": 1,
    "hypertarget": 1, "hyperref": 0, "lower": 0, "penalty": 0, "nodata": 0,
    "hfill": 0, "vfill": 0, "titlespacing": 4, "titleformat": 5, "newtcolorbox": 2,
    "makebox": 0, "framebox": 0, "adjustbox": 1, "textblockorigin": 2,
    "minipage": 1, "altaffiltext": 2, "addtocontents": 2, "addtotoc": 1,
    "DeclareGraphicsExtensions": 1, "DeclareUnicodeCharacter": 2, "pdfinfo": 1,
    "AtBeginDocument": 1, "AtEndDocument": 1, "acrodef": 2, "newacronym": 3, "newglossaryentry": 2,
    "color": 1, "enlargethispage": 1, "tablehead": 1, "tabcaption": 0,
    "pagecolor": 1, "cellcolor": 1, "rowcolor": 1, "change": 0, "added": 0, "explain": 1,
    "highlight": 0, "authorcomment": 1, "linenumbers": 0, "bibitem": 1, "thispdfpagelabel": 1,
    "startlongtable": 0, "citestyle": 1, "maketitle": 0,
    "suppressAffiliations": 0, "noaffiliation": 0, "UTcopyrightlegend": 0,
    **dict.fromkeys(
        words(
            """
        printglossary printglossaries glsresetall acresetall printbibliography printbibheading
        printbiblist printshorthands bibbysection bibbysegment bibbycategory printindex
        printnoidxglossary printnoidxglossaries printunsrtglossary printunsrtglossaries
        printacronyms printabbreviations printsymbols printnomenclature printnomencl
        listofabbreviations makeglossaries makenoidxglossaries makenomenclature makeindex
        glsaddall glsaddallunused printendnotes theendnotes listofacronyms printnotes
        insertTableNotes
        """
        ),
        0,
    ),
    **dict.fromkeys(
        words(
            """
        acsetup glsadd loadglsentries setacronymstyle setabbreviationstyle setglossarystyle
        nobibliography glossarystyle glssetwidest acuse acused acroplural glsunset glsreset
        acreset tablefootmark tmark tabnotemark defbibheading defbibnote defbibfilter
        DeclareBibliographyCategory tablerefs
        tablebib tablefirsthead tabletail tablelasttail tablelasthead
        SetTblrInner SetTblrOuter UseTblrLibrary DTLdisplaydb
        DTLdisplaylongdb csvautotabular csvautolongtable csvautobooktabular pgfplotstableread
        """
        ),
        1,
    ),
    "DeclareAcronym": 2, "newabbreviation": 3, "newdualentry": 4, "longnewglossaryentry": 3,
    "newacroplural": 2, "newglossary": 3, "glsxtrnewsymbol": 3, "newacro": 2, "NewTblrTheme": 2,
    "pgfplotstabletypeset": 1,
}  # fmt: skip

# Citation commands and the form they print.
CITATIONS: dict[str, str] = {
    **dict.fromkeys(
        words(
            """
        citet Citet textcite Textcite newcite textcites Textcites citetads citeN citeA citeasnoun
        shortciteN shortciteA citeauthoryear footcitet fullcitet
        """
        ),
        "text",
    ),
    **dict.fromkeys(
        words(
        """
        citep Citep parencite Parencite autocite Autocite parencites autocites
        footcite footcitep supercite citepads citenum onlinecite smartcite fullcite
        scite footcites smartcites supercites Autocites Parencites Smartcite footfullcite citen
        notecite pnotecite
        """
    ),
        "parens",
    ),
    **dict.fromkeys(

        words(
            """
        citealt citealp Citealt Citealp citealtads citealpads shortcite citeNP shortciteNP
        shortciteANP citeANP citenp citenop
        """
        ),
        "bare",
    ),
    **dict.fromkeys(["cite", "Cite", "cites", "citeads"], "plain"),
    **dict.fromkeys(["citeauthor", "Citeauthor", "citeauthors", "citefullauthor"], "author"),
    **dict.fromkeys(["citeyear", "citeyearads", "citedate", "citeyearNP"], "year"),
    "citeyearpar": "yearpar", "nocite": "no", "bibentry": "no", "citetitle": "no",
}  # fmt: skip
MANY_CITATIONS = words(
    """
    textcites Textcites parencites Parencites autocites Autocites footcites smartcites supercites
    cites
    """
)

# Reference commands; "auto": the kind of thing is printed before its number.
REFERENCES: dict[str, str] = {
    "ref": "", "eqref": "", "pageref": "", "vref": "", "autoref": "auto", "cref": "auto",
    "Cref": "auto", "nameref": "", "labelcref": "", "fullref": "auto", "subref": "",
    "figref": "", "secref": "", "tabref": "", "tblref": "", "eqnref": "", "appref": "",
    "Figref": "", "Secref": "", "Tabref": "", "sectref": "", "chapref": "",
    "crefrange": "auto", "zref": "",
}  # fmt: skip
# Authors' own commands, where their definition is missing: what they print, and what they may add
# to the label.
PREFIXED_REFERENCES: dict[str, tuple[str, tuple[str, ...]]] = {
    **dict.fromkeys(["figref", "Figref"], ("Figure", ("fig:", "f:", "fig.", "fig_", "figure:"))),
    **dict.fromkeys(
        ["secref", "Secref", "sectref"], ("Section", ("sec:", "s:", "sec.", "sec_", "section:"))
    ),
    **dict.fromkeys(
        ["tabref", "Tabref", "tblref"], ("Table", ("tab:", "t:", "tab.", "tab_", "tbl:", "table:"))
    ),
    "eqnref": ("Equation", ("eq:", "eqn:", "e:", "eq.", "eq_", "equation:")),
    "appref": ("Appendix", ("app:", "a:", "app.", "sec:", "appendix:")),
    "chapref": ("Chapter", ("ch:", "chap:", "chapter:")),
}
# siunitx's commands, and how many arguments they have.
QUANTITIES = {
    "SI": 2, "qty": 2, "SIlist": 2, "qtylist": 2, "SIrange": 3, "qtyrange": 3, "numrange": 2,
    "num": 1, "numlist": 1, "ang": 1, "si": 1, "unit": 1,
}  # fmt: skip
LABEL_KINDS = {
    "fig": "Figure", "figure": "Figure", "f": "Figure", "tab": "Table", "table": "Table",
    "tbl": "Table", "t": "Table", "eq": "Equation", "eqn": "Equation", "equation": "Equation",
    "sec": "Section", "section": "Section", "sect": "Section", "ssec": "Section",
    "subsec": "Section", "s": "Section", "app": "Appendix", "appendix": "Appendix",
    "chap": "Chapter", "ch": "Chapter", "alg": "Algorithm",
}  # fmt: skip

SPACES = words(
    """
        quad qquad enspace enskip thinspace medspace thickspace space newline
        linebreak nobreakspace hfil hfill hss break
        """
)
# Commands that only lay out the page or choose a type: no name of a thing.
LAYOUT = words(
    """
    Large LARGE Huge huge large small footnotesize scriptsize tiny normalsize it bf rm sc tt em sf
    sl
    FloatBarrier RaggedRight RaggedLeft Centering noindent indent centering raggedright raggedleft
    normalfont bfseries itshape scshape upshape slshape ttfamily rmfamily sffamily mdseries
    maketitle clearpage cleardoublepage newpage pagebreak nopagebreak protect relax par appendix
    bigskip medskip smallskip null unskip ignorespaces strut leavevmode hrule hrulefill dotfill
    phantomsection frontmatter mainmatter backmatter sloppy fussy nonumber singlespace doublespace
    onehalfspacing singlespacing raggedbottom flushbottom allowbreak nobreak break bgroup egroup
    begingroup endgroup makeatletter makeatother hfill vfill vfil hfil boldmath unboldmath
    onecolumn twocolumn onecolumngrid twocolumngrid balance selectfont footnotemark and the
    MakeUppercase MakeLowercase NoCaseChange uppercase lowercase textquotesingle obeylines
    enddocument endinput bye end hss vss goodbreak filbreak smash landscape listoffigures
    tableofcontents printbibliography newblock nextand And AND bsp thebibliography listoftables
    DIFaddbegin DIFaddend DIFdelbegin DIFdelend DIFmodbegin DIFmodend DIFaddbeginFL DIFaddendFL
    DIFdelbeginFL DIFdelendFL DIFadd DIFaddFL
    subitem subsubitem string
    nolinebreak mbox hbox vbox fbox text emph textit textbf textrm textsf texttt textsc textup
    textsl textmd textnormal ensuremath underline uline centerline strut par
    """
)
DIMENSIONS = words(
    """
        vskip hskip kern mkern baselineskip parindent parskip textwidth textheight
        topmargin hsize vsize oddsidemargin evensidemargin columnsep tabcolsep
        headheight headsep footskip leftskip rightskip hoffset voffset raise lower
        moveleft moveright magnification topskip columnwidth linewidth
        belowcaptionskip abovecaptionskip itemsep topsep leftmargin rightmargin jot
        bigskipamount medskipamount smallskipamount abovedisplayskip
        belowdisplayskip floatsep textfloatsep intextsep dbltextfloatsep fboxsep
        fboxrule lineskip normalbaselineskip marginparwidth
        """
)
ASSIGNMENTS = words(
    """
        interfootnotelinepenalty AuthorCallLimit
    tolerance hbadness vbadness clubpenalty widowpenalty interlinepenalty
        pdfoutput pretolerance brokenpenalty hyphenpenalty exhyphenpenalty
        emergencystretch hfuzz vfuzz predisplaypenalty postdisplaypenalty looseness
        pdfminorversion catcode penalty pageno count hangindent hangafter
        binoppenalty relpenalty pdfsuppresswarningpagegroup righthyphenmin
        lefthyphenmin
        """
)

# Formula commands that authors use out of formulas.
LOOSE_MATH = words("frac sqrt bar hat dot tilde vec mathrm mathcal mathbf mathit mathsf nicefrac")
MATH_ENVIRONMENTS = words(
    """
        equation align eqnarray displaymath math gather multline alignat flalign
        dmath empheq IEEEeqnarray aligned split dgroup
        """
)
FLOATS = words(
    """
        figure table deluxetable longtable wrapfigure wraptable sidewaysfigure
        sidewaystable SCfigure longrotatetable rotatetable floattable supertabular
        xtabular algorithm threeparttable marginfigure margintable plate figurehere
        subfigure subtable planotable teaser floatingfigure
        algorithm2e listing splitdeluxetable SCtable
        interactive splitinteractive longtblr talltblr xltabular ltablex mpsupertabular
        mpxtabular tablehere
        """
)
DROPPED_ENVIRONMENTS = words(
    """
        tabular tabularx tabulary array tblr tabularray tabularht spreadtab tabularkv longtabu
        NiceArray NiceTabularX booktabs ruledtabular cotable acronym acronyms theindex
        theglossary thenomenclature tikzpicture picture verbatim lstlisting
        minted Verbatim thebibliography references comment keywords keyword
        filecontents pspicture algorithmic alltt scope pycode pythontexcustomcode
        CCSXML NiceTabular asy codebox tcblisting forest
        deletedtext psmatrix subjclass refs pgfpicture axis
        authorlist affiliations instit UTcommittee tabbing
        tabu copyrightpage figurehead
        """
)
LISTS = words(
    """
        itemize enumerate description list asparaenum compactitem
        compactenum asparaitem trivlist tightitemize sitemize compactdesc asparadesc
        """
)
# Lists within a line, and which of them have numbered items.
INLINE_LISTS = {
    "inparaenum": True, "enumerate*": True, "inparaitem": False, "itemize*": False,
    "inparadesc": False, "description*": False, "inparablank": False, "inlineenum": True,
    "inlinelist": True, "runinenumerate": True, "enumerateinline": True,
}  # fmt: skip
# Tables whose rows stand in the float itself: only captions and notes in commands are read.
ROWS_WITHIN = words(
    """
    deluxetable longtable splitdeluxetable supertabular xtabular mpsupertabular mpxtabular
    longtblr talltblr xltabular ltablex planotable longtabu
    """
)
BLOCKS = frozenset(
    ["quote", "quotation", "center", "flushleft", "flushright", "minipage", "multicols"]
)
ENVIRONMENT_ARGUMENTS = {
    "multicols": 1, "minipage": 1, "list": 2, "CJK": 2, "adjustwidth": 2, "changemargin": 2,
    "spacing": 1, "tcolorbox": 0, "adjustbox": 1, "resizebox": 2, "textblock": 1, "color": 1,
    "small": 0, "savenotes": 0, "chapquote": 1, "otherlanguage": 1, "mdframed": 0,
    "addmargin": 1, "columns": 0, "column": 1, "frame": 0, "lyxcode": 0,
}  # fmt: skip
NAMED_ENVIRONMENTS = {
    "acknowledgements": "Acknowledgements", "acknowledgments": "Acknowledgements",
    "acknowledgement": "Acknowledgements", "acknowledgment": "Acknowledgements",
    "acks": "Acknowledgements", "ack": "Acknowledgements", "sciabstract": "Abstract",
    "utabstract": "Abstract", "utacknowledgements": "Acknowledgements",
    "significance": "Significance",
}  # fmt: skip
