"""Words that change what a sentence is worth. In: one sentence. Out: yes or no, or which of a few things it is about.

The tables lean to the skeptical side: they can take a yes away, they never make one. They are used to check what an
answerer nominates and by the offline analyst. English first, with the commonest forms of German, Dutch, French,
Spanish, Portuguese and Italian. Never looks beyond the text it is given.
"""

import re
from typing import Literal


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)", re.IGNORECASE)


HOPE = _any(
    r"slam[- ]?dunk",
    r"no[- ]brainer",
    r"in the bag",
    r"basically (?:done|closed|a yes|there|sold|in)",
    r"as good as (?:done|closed|signed|sold)",
    r"(?:feels?|felt|looks?|looking|smells?|sounds?) (?:like (?:a|an|we|they|he|she|it|this)|really good|very good|great|solid|promising|positive|warm|done|super|like)",
    r"(?:i|we)(?:'m|’m| am|'re|’re| are)? (?:pretty |very |quite |really |fairly |super |so |\d+ ?% )?(?:sure|confident|certain|optimistic|hopeful|convinced)",
    r"i (?:think|reckon|guess|bet|believe|feel|suspect|expect|hope|figure|say)",
    r"imo",
    r"imho",
    r"my (?:gut|read|feeling|sense|hunch|money|take|guess|bet)",
    r"gut (?:says|feel(?:ing)?)",
    r"should (?:close|sign|land|be (?:easy|fine|ok|okay|good|able|a formality|no problem|quick)|come (?:in|through)|go through|have (?:it|this))",
    r"(?:will|gonna|going to|'ll|’ll) (?:def(?:initely|o)?|surely|probably|totally|for sure) ?(?:sign|close|buy|go|happen|say yes|come)?",
    r"(?:just|only) a (?:formality|matter of time)",
    r"(?:mere|pure) formality",
    r"(?:they|he|she|everyone|team|client|customer) (?:all )?(?:really |absolutely |totally |clearly |obviously |just )?(?:loves?|loved|adored?|adores)(?: it| us| this| the| me)?",
    r"can'?t see (?:them|him|her|it|this|why)",
    r"nothing (?:can|could|should) (?:stop|go wrong)",
    r"\d{2,3} ?%(?: (?:sure|chance|there|done|confident|prob(?:ability)?|likely))?(?= ?(?:$|[.,;!)]))",
    r"(?:commit|best case|upside|forecast(?:ing|ed)?)(?: (?:it|this|for|as|at))",
    r"(?:won'?t|wouldn'?t) be (?:a|an) (?:issue|problem)",
    r"great (?:vibes?|energy|chemistry|call|meeting|rapport)",
    r"(?:good|great|strong|positive|amazing|excellent) (?:vibes?|signals?|signs?|feeling)",
    r"hot (?:lead|one|deal)",
    r"nailed it",
    r"crushed it",
    r"(?:done|sealed) deal",
    r"shoo[- ]in",
    r"practically (?:done|signed|closed|ours)",
    r"(?:it'?s|this is|we'?ve got this|that one'?s) (?:ours|ours to lose|mine)",
    r"bauchgefühl",
    r"so gut wie",
    r"quasi (?:fait|signé|gemacht|sicher)",
    r"kat in het bakkie",
    r"pan comido",
    r"(?:seems?|seemed) (?:keen|happy|excited|positive|very|really|super|committed|sold|on board|like)",
)
CONDITION = _any(
    r"if",
    r"as long as",
    r"so long as",
    r"provided(?: that)?",
    r"providing",
    r"subject to",
    r"pending",
    r"assuming",
    r"unless",
    r"contingent",
    r"conditional(?:ly)?",
    r"depend(?:s|ing|ent)?(?: on| upon)?",
    r"only when",
    r"only once",
    r"(?:once|when|after|until) (?:\w+ ){0,4}?(?:approv|agree|clear|ok|okay|sign(?:s|ed)? (?:it )?off|say|confirm|happy|pass|go(?:es)? ahead|come(?:s)? through|land|release|free|sort)\w*",
    r"in principle",
    r"would need (?:to|the)",
    r"except(?: that)?",
    r"but (?:first|only|i(?:'d| would| still)? need|we(?:'d| would| still)? need|it(?:'s| is) (?:not|up to)|\w+ (?:has|needs|have|need) to)",
    r"still (?:need|has|have|needs|got) (?:to|the|a|his|her|their|my)",
    r"(?:has|have|needs|need) (?:to )?(?:agree|approve|okay|ok|sign off|bless|say yes|like it|be happy|come back)",
    r"up to (?:him|her|them|legal|finance|procurement|head office|corporate|(?:my|our|the|his|her|their) (?:\w+ ){0,2}(?:board|boss|c[ef]o|directors?|committee|finance|legal|owners?|partners?|husband|wife|council|trustees|management))",
    r"touch wood",
    r"(?<=[\w,;] )(?:then|and then) (?:we|i)(?:'re| are|'ll| will|'m| am)",
    r"wenn",
    r"falls",
    r"sofern",
    r"vorbehaltlich",
    r"unter der bedingung",
    r"mits",
    r"als (?:de|het|we|ze|hij|zij|mijn|ik|er|jullie|directie)",
    r"onder voorbehoud",
    r"tenzij",
    r"sous réserve",
    r"à condition",
    r"pourvu",
    r"siempre (?:que|y cuando)",
    r"con tal",
    r"sujeto a",
    r"si (?!señor)\w+",
    r"desde que",
    r"contanto que",
    r"se (?:o|a|os|as|eu|ele|ela|il|la|lo|i|gli) ",
    r"sujeito a",
    r"salvo",
    r"a condizione",
    r"purché",
)
PAPERWORK = _any(
    r"redlin\w+",
    r"red[- ]lin\w+",
    r"paper ?work",
    r"paper(?:s|ing)?",
    r"signatures?",
    r"counter[- ]?sign\w*",
    r"docusign",
    r"vendor (?:set[- ]?up|form|onboarding|registration|number)",
    r"supplier (?:set[- ]?up|form|onboarding|registration|number)",
    r"(?:set|setting) (?:you|us|it) up",
    r"coupa",
    r"ariba",
    r"po (?:number|no)",
    r"purchase order",
    r"invoice",
    r"msa",
    r"dpa",
    r"nda",
    r"order form",
    r"contract (?:text|wording|draft|language)",
    r"(?:once|when|after|if) (?:you|i|we) (?:sign|send|get|have) (?:the|it|that|this|me|over)",
    r"bankverbindung",
    r"unterschrift",
    r"handtekening",
    r"formalités?",
    r"firma del contrato",
)
RESOLVED = _any(
    r"if you (?:are|do|will|agree)",
    r"if that(?:'s| is| works)(?: \w+){0,3}",
    r"if (?:i|we) (?:may|might|could|can)",
    r"if (?:you like|anything|need be|necessary|not|so|possible|any)",
    r"as if",
    r"what if",
    r"even if",
    r"if only",
    r"no ifs?",
    r"if i'?m honest",
    r"if you (?:can|could|send|get|want|wouldn't mind|don'?t mind)",
)
NEGATION = _any(
    r"no",
    r"not",
    r"never",
    r"none",
    r"nobody",
    r"nothing",
    r"neither",
    r"nor",
    r"without",
    r"cannot",
    r"\w+n['’]t",
    r"aint",
    r"dont",
    r"wont",
    r"cant",
    r"isnt",
    r"havent",
    r"hasnt",
    r"didnt",
    r"doesnt",
    r"nicht",
    r"kein\w*",
    r"nie",
    r"niet",
    r"geen",
    r"nooit",
    r"ne",
    r"pas",
    r"jamais",
    r"aucun\w*",
    r"nunca",
    r"ning[uú]n\w*",
    r"nada",
    r"não",
    r"nem",
    r"nenhum\w*",
    r"non",
    r"mai",
    r"nessun\w*",
    r"hardly",
    r"barely",
)
HYPOTHETICAL = _any(
    r"would you",
    r"could you",
    r"suppose",
    r"imagine",
    r"what if",
    r"let'?s say",
    r"hypothetically",
    r"in theory",
    r"say (?:we|i) (?:did|do|went|signed|bought|took)",
    r"were (?:we|i) to",
    r"if (?:we|i) (?:were|was|did|signed|went|bought|took|decided|said)",
    r"(?:we|i)(?:'d| would) (?:probably |likely |maybe |happily |love to |sign|buy|go|take|say)",
    r"might",
    r"maybe",
    r"perhaps",
    r"possibly",
    r"could see",
    r"vielleicht",
    r"misschien",
    r"peut-être",
    r"quizás?",
    r"tal vez",
    r"talvez",
    r"forse",
    r"eventuell",
    r"würden",
    r"zouden",
)
OPENS_IF = re.compile(
    r"\W*(?:(?:and|but|so|well|ok|okay|look|yes|yeah|now|then)\W+)*(?:if|should|assuming(?: that)?|suppose(?: that)?|provided(?: that)?|unless) (?:we|i) (?:\w+ ){0,2}?(?:sign|buy|take|order|purchase|proceed|move|go)\b",
    re.IGNORECASE,
)
"""How a sentence begins in which the yes itself is only supposed, whatever is said of paperwork behind it."""
TAKEN_BACK = _any(
    r"take (?:that|it|this) back",
    r"took (?:that|it) back",
    r"spoke too soon",
    r"changed (?:my|our|his|her|their) minds?",
    r"scrap that",
    r"forget (?:that|it|what|about)",
    r"(?:put|putting|gone|is|it'?s|everything'?s) (?:it |this |everything |that )?on (?:hold|ice|pause)",
    r"pulled? the (?:plug|budget|money|funding)",
    r"(?:got|been|was|is|were) (?:pulled|frozen|cancell?ed|shelved|parked|scrapped|withdrawn|postponed|pushed)",
    r"cancel(?:l?ed|l?ing)? (?:the|it|that|this|our|my)",
    r"back(?:ed|ing)? out",
    r"pulling out",
    r"can'?t (?:do it|go ahead|commit|sign)(?: after all| now| any ?more)?",
    r"(?:not|no longer) (?:going ahead|go ahead|moving forward|going to happen|happening)",
    r"hold (?:off|fire|everything|that)",
    r"(?:put|hit) the brakes on",
    r"park (?:it|this|that)",
    r"(?:have|need|going|had) to (?:pull|withdraw|stop|pause|halt|walk)",
    r"walk(?:ed|ing)? (?:it|that) back",
    r"after all",
    r"jumped the gun",
    r"got ahead of (?:myself|ourselves)",
    r"on second thoughts?",
    r"zurück(?:nehmen|ziehen|gestellt)",
    r"abgesagt",
    r"doch nicht",
    r"auf eis",
    r"toch niet",
    r"finalement non",
    r"al final no",
    r"me retracto",
    r"voltei atrás",
)
LOOKALIKES = str.maketrans("аеорсухіјѕԁԛԝАВЕКМНОРСТУХІЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "aeopcyxijsdqwABEKMHOPCTYXISABEZHIKMNOPTYXo")
"""Cyrillic and Greek letters that look like Latin ones: used to hide words from a filter."""
BLOB = re.compile(r"(?<![\w/])(?=[A-Za-z+/]*\d)(?=[\da-z+/]*[A-Z])[A-Za-z0-9+/]{48,}={0,2}(?![\w/])")
"""A long run of base64: nothing that people say."""
DENIAL = _any(
    r"(?:not|never|nobody|no[- ]one|none|nothing|neither|\w+n['’]t|cannot|nicht|kein\w*|niet|geen|pas|no|não|non)(?:[^\w.!?;]+\w+){0,6}?[^\w.!?;]+(?:buy(?:ing)?|bought|sign(?:s|ed|ing)?|order(?:s|ed|ing)?|agree(?:d|ing)?|approv\w+|commit\w*|decid\w+|tak(?:e|ing)|go(?:ing)? (?:ahead|with|for)|proceed\w*|purchas\w+|kauf\w*|unterschr\w+|firm\w+|sign[eé]\w*)",
    r"(?:decided|voted|came down) against", r"against it", r"declin\w+", r"reject\w*", r"pass(?:ing|ed)? on", r"i wish", r"wish (?:we|i|he|she|they) (?:could|had|were)", r"(?:signed|went|going|gone|sign|goes|bought|buy|ordered) (?:with|from) (?!you\b|your|yours|us\b|our)(?:them|him|her|the other|someone|somebody|another|\w+)", r"(?:nda|non-?disclosure)",
)
"""Words that deny a purchase, wish for one, or speak of one elsewhere."""
MACHINE = re.compile(r"\b(?:AI|LLMs?|[Cc]hat ?GPT|GPT|(?i:system|assistant|developer message|software|language model|instructions?|prompt|summari[sz]er|override|jailbreak|verdict))\b")
ALONE = _any(
    r"(?:no ?body|no[- ]?one)(?: else| above \w+)? (?:has|needs?|needed|have|had|got|would have) to \w+", r"(?:no ?body|no[- ]?one) else(?:'s)? (?:to ask|decides?|signs?|involved|has a say|in it|matters)", r"(?:no ?body|no[- ]?one) (?:above|over) (?:me|us|him|her)", r"(?:don['’]?t|doesn['’]?t|didn['’]?t|won['’]?t|do not|need not) (?:need|have) (?:to (?:ask|check with|run it (?:by|past)|clear it|tell|wait for)|any(?:one|body)|permission|approval)",
    r"(?:das )?entscheide ich (?:allein|selbst)", r"beslis ik (?:zelf|alleen)", r"je décide seule?", r"lo decido yo", r"decido eu", r"decido io",
)
"""Words that say there is nobody else to ask."""
QUESTION_END = re.compile(r"[?？]\s*[\"'”’»)]*\s*$")

SmallYes = Literal["pilot", "demo", "proposal", "introduction", "meeting"]
"""What people say yes to that is not a purchase."""

OBJECTS: tuple[tuple[SmallYes, re.Pattern[str]], ...] = (
    (
        "pilot",
        _any(
            r"pilots?",
            r"piloting",
            r"trials?",
            r"trialling",
            r"p\.?o\.?c\.?",
            r"proof of (?:concept|value)",
            r"pov",
            r"free month",
            r"sandbox",
            r"test (?:run|drive|it|phase|month|weeks?|group|with|on|order|batch)",
            r"try (?:it|this|that|one|two|a|the)(?: \w+)?",
            r"sample(?:s)?",
            r"evaluation",
            r"pilotprojekt",
            r"testphase",
            r"probemonat",
            r"proef\w*",
            r"piloto",
            r"prueba",
            r"essai",
            r"teste",
        ),
    ),
    (
        "demo",
        _any(
            r"demos?",
            r"demonstrations?",
            r"walk[- ]?through",
            r"site visit",
            r"show (?:me|us|them|him|her)",
            r"presentation",
            r"workshop",
            r"vorführung",
            r"démo",
            r"demostración",
            r"demonstração",
        ),
    ),
    (
        "proposal",
        _any(
            r"proposals?",
            r"quotes?",
            r"quotation",
            r"estimate",
            r"pricing",
            r"price list",
            r"offer",
            r"brochure",
            r"case stud(?:y|ies)",
            r"(?<!-)deck",
            r"one[- ]pager",
            r"something in writing",
            r"numbers over",
            r"angebot",
            r"offerte",
            r"devis",
            r"propuesta",
            r"presupuesto",
            r"cotización",
            r"proposta",
            r"orçamento",
            r"preventivo",
        ),
    ),
    ("introduction", _any(r"introduc\w+", r"intro", r"loop (?:in|you in)", r"put you in touch", r"connect you")),
    (
        "meeting",
        _any(
            r"meet(?:ings?)?",
            r"(?:a|another|the|next|quick|follow[- ]?up|good|short) (?:call|chat|session|coffee|lunch)",
            r"follow[- ]?up",
            r"catch[- ]?up",
            r"calendar",
            r"invite",
            r"next (?:week|tuesday|wednesday|thursday|friday|monday) (?:at|works)", r"(?:mon|tues|wednes|thurs|fri)day (?:at \S+ )?works",
            r"(?:talk|speak) (?:again|next|on|tomorrow)",
            r"reconvene",
            r"call (?:on|at|next)",
            r"termin",
            r"afspraak",
            r"rendez-vous",
            r"reunión",
            r"reunião",
        ),
    ),
)
PURCHASE = _any(
    r"contracts?",
    r"agreements?",
    r"order(?:s|ed|ing)?(?: forms?)?",
    r"p\.?o\.?",
    r"purchase(?: order)?",
    r"sign(?:s|ed|ing)?",
    r"paper(?:s|work)",
    r"invoice",
    r"deposit",
    r"vendor",
    r"supplier",
    r"annual (?:plan|deal|contract)",
    r"licen[cs]es?",
    r"buy(?:ing)?",
    r"approv\w+",
    r"countersign\w*",
    r"award\w*",
    r"go(?:ing)? with (?:you|your|yours|them|us)",
    r"you(?:'ve| have) got (?:the|it|our)",
    r"vertrag",
    r"bestell\w*",
    r"auftrag",
    r"contract",
    r"getekend",
    r"commande",
    r"contrat",
    r"signé",
    r"pedido",
    r"contrato",
    r"firmad?o?",
    r"encomenda",
    r"contratto",
    r"ordine",
    r"start(?:ing)? (?:on|monday|in|date)",
    r"go[- ]live",
    r"onboarding",
    r"kick[- ]?off",
    r"install(?:ation|ed)?",
)
NOT_PEOPLE = _any(
    r"@(?:assistant|ai|bot|coach|copilot|gpt\w*|llm|summari[sz]er)",
    r"(?:to|for|dear) (?:whichever|whatever|any|every|the) (?:system|software|tool|program|model|machine|bot|ai|robot|script|pipeline|agent|assistant)s? (?:that |which |now )?(?:is |are )?(?:process|read|ingest|pars|scor|transcrib|summari[sz]|index|handl|analy[sz])\w*(?: and \w+)? (?:this|these|the) (?:report|notes?|message|thread|e?-?mails?|calls?|text|page|document|record|file|transcript)",
    r"(?:ai|llm|software|automated|machine) (?:agents?|systems?|tools?|models?|processes) (?:that|which|who) (?:ingest|read|process|parse|handle|index|receive|summari[sz]e)s?",
    r"(?:hidden from|invisible to|not shown to|not for) (?:users|people|humans|human readers)",
    r"people (?:skip|ignore|don['’]?t see|do not see|cannot see|can['’]?t see) this",
    r"(?:parsers?|machines?|bots?|robots?|crawlers?|llms?|models?) only",
    r"(?:classifier|parser|importer|summari[sz]er|indexer|crawler|scoring (?:model|engine))\s*[:,](?!\s*\d)",
    r"(?:set|switch|downgrade|upgrade) (?:the |this |it |its )?(?:deal|stage|verdict|status|outcome|record)? ?to [\"'“‘]?(?:won\b|stage [12]\b|[12]\b(?! ?[a-z%€$£.,]?\d))",
    r"stage (?:[12]|one|two) is the only (?:\w+ )?(?:output|answer|result|value)",
    r"in (?:that|this) role (?:the|you|all)",
    r"(?:instrucci[oó]n(?:es)?|nota|aviso|mensaje) para (?:el |la |los |las )?(?:asistente|modelo|ia\b|bot|sistema|resumidor)",
    r"(?:bot|asistente|modelo|robot) (?:de|que) (?:res[uú]menes|resume|lee|procesa)",
    r"(?:anweisung|hinweis|notiz|nachricht|anmerkung)(?:en)? (?:an|für) (?:die |den |das |alle |jede )?(?:ki\b|ki-\w+|assistent\w*|sprachmodell\w*|modell|bot|auswertungs\w*|software)",
    r"(?:instructions?|note|consignes?|message) (?:pour|à|destinée?s? à) (?:l['’]|le |la |les )?(?:ia\b|assistant|mod[eè]le|bot|outil|syst[eè]me)",
    r"(?:instructie|opmerking|bericht|notitie)s? (?:voor|aan) (?:de |het |een )?(?:ai\b|assistent|taalmodel|model|bot|systeem|software)",
    r"(?:instruç(?:ão|ões)|nota|aviso|mensagem) para (?:o |a |os |as )?(?:assistente|modelo|ia\b|bot|sistema)",
    r"(?:istruzion[ei]|nota|messaggio) per (?:l['’]|il |la |lo |i |gli )?(?:assistente|modello|ia\b|bot|sistema|intelligenza)",
    r"(?:instrukcja|uwaga|wiadomość) dla (?:ai\b|asystenta|modelu|bota|systemu|sztucznej)",
    r"(?:ai|llms?|model|assistant|bot|chatgpt|summari[sz]er|coach|software|tool)s? (?:that (?:is|are) )?reading (?:this|these|it)", r"(?:attention|attn|hey|dear|hello|note to|to) (?:the )?(?:summari[sz]er|note[- ]?taker bot|grader|evaluator|parser|classifier)", r"pretend (?:that )?(?:the|this|all|every|it|they|she|he|you)\b",
    r"(?:chatgpt|gpt-?\d*|assistant|llm|ai|copilot|gemini|claude|coach)\s*[:,]\s*(?:please|you|now|repeat|say|set|mark|treat|output|ignore|report|answer|count|rate|write|print)\b", r"can_decide", r"as a quote from", r"report (?:it|them|all|this|everything) as (?:met|signed|won|closed|yes)",
    r"(?:ignore|disregard|forget|bypass|skip|stop following)\b.{0,60}?\b(?:instructions?|prompts?|guidelines?|rules|directives?|(?:rest of|all|these|the|this) (?:data|notes?|text|input|document|transcript))", r"(?:automated|automatic|automation|machine|ai|llm) (?:readers?|systems?|software|screening|analysis|processing|tools?|agents?|parsers?|reviewers?|assistants?|summari[sz]ers?)[:,]",
    r"(?:for|to|note to|attention) (?:the |any |all )?(?:automated|automatic|ai|llm|machine)[- ]?(?:readers?|systems?|software|screening|analysis|processing|tools?|agents?|parsers?|reviewers?|summari[sz]ers?)", r"(?:analysis|screening|scoring|summari[sz]ation|note[- ]?taking) (?:software|systems?|engine|model|bot|ai)\s*:", r"(?:an?|the|any) (?:ai|llm|language model|bot|gpt)(?: is| that is|'s)? (?:reading|reads|processing|summari[sz]ing|analy[sz]ing|parsing|scoring) (?:this|these|it)", r"if (?:you are|you're|you’re) an? (?:ai|llm|language model|bot|assistant|machine)",
    r"(?:visible|readable|addressed|meant|intended) (?:only )?(?:to|for|by) (?:the )?(?:ai|llms?|models?|machines?|bots?|software)\b", r"(?:white|hidden|invisible)[- ](?:text|font|metadata|instructions?|prompt|(?:\w+ )?profile)", r"(?:reply|respond|answer) (?:only |just |back )?with\s*:", r"(?:attribute|credit|assign) (?:it|this|that|the quote|them) to", r"decode (?:and|then|it|this)(?: \w+){0,3} (?:follow|execute|obey|run)?", r"rot-?13", r"base ?64", r"(?:just|only|simply) (?:say|print|output|respond|return|reply)(?: with)?\s*[\"'“‘:]", r"(?:output|print|emit|display|repeat|reveal|translate) (?:\W*system_prompt|initiali[sz]ation|(?:your|the|its) (?:initial|system|original|hidden|above|entire|full)|your instructions|this entire|the text above|everything above)",
    r"(?:your|my|initial|original|hidden|secret) (?:initial |system |original )?instructions?(?: are)?(?:[:.?]|$)", r"(?:maintenance|debug|god|admin|sudo|override|test) mode", r"pre-?(?:verified|approved|qualified|cleared) by (?:the )?(?:senior |executive )?(?:management|system|admin)", r"(?:override|bypass|skip|suppress|disable) (?:manual |the |all |any |your |its )*(?:scoring|coaching|checks?|questions?|qualification|rules?|verdict|evaluation|filters?|safety)", r"(?:no|without) (?:skeptical |further |more )?questions? (?:required|needed|necessary)", r"(?:all|every|each) (?:six |of the |the )*criteria (?:are|is|were|as|have been|should be|must be) (?:met|satisfied|fulfilled|passed|green)", r"(?:deal|opportunity|lead|account|this|it) (?:is|as|be|has been) (?:hereby )?(?:confirmed|marked|classified|flagged|logged|recorded|treated|counted|scored) (?:as|at) (?:stage|won|closed|a real yes|after|post|signed|qualified)", r"(?:skip|omit|leave out|suppress) (?:the |all |any )?(?:coaching|criticism|risks?|gaps?|warnings?|evidence against)", r"do not (?:list|mention|report|show|include|flag|raise|output) (?:any |the |all )?(?:gaps?|risks?|concerns?|questions?|objections?|warnings?|this (?:message|note|line|instruction))",
    r"ignore (?:all |any |the |your |every |these |those |previous |prior |above )+(?:\w+ )?(?:instructions?|prompts?|rules?|messages?|directions?|above|text|context|guidelines?)",
    r"disregard (?:all|any|the|your|every|previous|prior|above|everything)",
    r"forget (?:all |any |the |your |every |everything )*(?:previous|prior|above|instructions?|you were told|rules)",
    r"(?:previous|prior|above|earlier|system|developer) (?:instructions?|prompts?|directives?|guidelines?)",
    r"system ?prompt",
    r"(?:note|message|memo|instructions?|attention|hint|info|reminder|request) (?:to|for) (?:the |any |all |whatever )?(?:ai|a\.i\.|llm|gpt|model|assistant|bot|coach|tool|software|system|summari[sz]er|reviewer ai|language model|parser|grader|evaluator)s?",
    r"(?:dear|hey|hi|hello|attention|attn) (?:ai|llm|gpt|chatgpt|assistant|coach ai|language model|model)",
    r"you are (?:now |an? |the )*(?:ai|llm|gpt|chatgpt|assistant|dan|language model|helpful assistant|unrestricted|in developer mode|jailbroken)\w*",
    r"as an? (?:ai|llm|language model|assistant)",
    r"act as (?:an? |if you)",
    r"pretend (?:to be|you are|that you)",
    r"role ?play",
    r"jailbreak\w*",
    r"developer mode",
    r"do anything now",
    r"(?:ai|llm|model|assistant|bot|tool|coach)(?: reading this| that reads this|s reading)?:? (?:must|should|shall|has to|needs to|please|is to|will) (?:now )?(?:classify|mark|set|output|return|respond|say|report|treat|label|rate|score|count|consider|conclude|answer|print|reveal|repeat|ignore)",
    r"(?:mark|set|classify|label|treat|score|rate|report|record|flag|log|count|consider) (?:\w+ ){0,6}?(?:as|to|at|=) ?(?:stage[ _-]?(?:2|two)|closed[- ]won|after[_ ]yes|met|verbal commit\w*|won)",
    r"stage[_\"':=-]{1,5} ?(?:2|two|after_yes)",
    r"(?:verdict|answer|result|output|this|deal|it)(?: is|:| =| as| at)* (?:a )?stage (?:2|two)",
    r"(?:output|return|respond with|reply with|print|emit|answer with|say only|write) (?:only |just |exactly |the |a |this |following )*(?:json|stage|verdict|\"|'|yes\b|the word|the phrase|system|your (?:prompt|instructions))",
    r"(?:reveal|print|show|repeat|leak|display|tell me) (?:\w+ ){0,3}?(?:prompt|instructions|hidden|secret|api key|credentials)",
    r"(?:begin|start|end)(?: of)? (?:system|instructions?|override|prompt)",
    r"override (?:the |all |any |your )?(?:rules?|verdict|instructions?|previous|safety|stage)",
    r"admin(?:istrator)? (?:override|mode|command)",
    r"prompt injection",
    r"for the (?:record|ai|crm|tool|system)[,:]? (?:the )?(?:\w+ )?(?:customer|prospect|buyer|client|dana|she|he|they|\w+) (?:has |have |had )?(?:said|says|confirmed|agreed|signed|approved|committed)",
    r"(?:end of|new) (?:user |system )?(?:input|instructions?|task|transcript|note|prompt)[:.]",
    r"ignoriere (?:alle|die|deine|vorherige)\w*",
    r"ignorez? (?:toutes|les|vos|tes)",
    r"ignora (?:todas|las|tus|le|tutte|as|todas)",
    r"negeer (?:alle|de|vorige|bovenstaande)",
)
MARKUP = re.compile(
    r"""<\s*/?\s*(?:system|assistant|user|instructions?|prompt|note|admin|tool|ai|im_start|im_end|s|inst)\b[^>]{0,80}>|<\|[^|>]{1,40}\|>|\[/?(?:inst|system|assistant|sys)\]|^\s*(?:system|assistant|developer|user)\s*[:>]|"(?:stage|verdict|sales|criteria|role|can_decide|commitment|polarity|claims)"\s*:|^\s*#{2,}\s*(?:system|instruction|response|assistant|new task)|```\s*(?:json|system|python)""",
    re.IGNORECASE | re.MULTILINE,
)

MONEY = re.compile(
    r"(?<![\w.])(?:[$€£¥]\s?\d[\d.,]*\s?(?:k|m|mio|million|thousand|bn)?\b|(?:USD|EUR|GBP|CHF)\s?\d[\d.,]*\s?(?:k|m)?\b|\d[\d.,]*\s?(?:k|grand|quid|euros?|dollars?|pounds|bucks|[€£])(?!\w))",
    re.IGNORECASE,
)
SELLS = _any(
    r"(?:our|other|most|many|some of our) (?:customers?|clients?)",
    r"(?:we|i) (?:can|could|'d be able to|usually|typically|normally) (?:offer|include|throw in|do (?:it|that|you|a)|discount|hold|set (?:it|that|you|this) up|put)",
    r"(?:i'?ll|i’ll|i can|i could|we'?ll|let me|i'?d like to|happy to|glad to|shall i|want me to|should i|can i) (?:just |also |get |then )*(?:send|email|get|put|draft|show|walk|share|book|set|pop|drop|forward|resend|write|prepare|pull|bring|ship|schedule|ask|hold|talk|run|quote|knock|introduce)",
    r"(?:walk|talk|take) (?:you|us|me)? ?through",
    r"(?:our|the) (?:platform|pricing|price list|list price|standard terms|team will|engineers?|onboarding team|rep|product|implementation|support team|warranty|installers?|crew|lads)",
    r"(?:we|it) (?:charge|quoted?|offer|include|ship|guarantee|integrate|deliver|install|support|built)s?",
    r"(?:what|who|how|when|where|which|why)(?:'s| is| are| does| do| did| would| will| else| about)? .{0,80}\b(?:you|your|yours)\b.{0,60}\?",
    r"does that (?:make sense|work|sound)",
    r"is (?:that|there) (?:fair|right|anything (?:else )?(?:stopping|that))",
    r"what would it take",
    r"who else",
    r"thanks for (?:making|taking|jumping|hopping|getting|having|seeing|the time|your time|coming)",
    r"appreciate (?:you|the|your)",
    r"are you (?:saying|ready|happy|comfortable|good|okay|the)",
    r"so (?:that'?s|is that|we'?re|are we|you'?re) (?:a yes|good|agreed|on|in|done|saying|telling)",
    r"if i'?m hearing",
    r"just (?:so i|to make sure i|to check|to confirm)",
    r"(?:do|did|have|would|could|can) you (?:have|get|see|look|chance|want|need|currently|usually|normally|guys|ever|mind|think)",
    r"per (?:seat|user|month|head|unit|licen[cs]e)",
    r"(?:on|from) our (?:side|end)",
    r"we'?d (?:start|install|train|onboard|credit|deliver|need from you)",
    r"your (?:team|budget|process|timeline|current|boss|board|side|finance|situation|existing)",
    r"unsere kunden",
    r"wir (?:können|bieten|liefern)",
    r"ich (?:schicke|sende|maile)",
    r"ik (?:stuur|mail)",
    r"onze klanten",
    r"je vous envoie",
    r"nos clients",
    r"nous (?:proposons|pouvons)",
    r"le (?:mando|envío)",
    r"nuestros clientes",
    r"eu (?:envio|mando)",
    r"nossos clientes",
    r"vi mando",
    r"i nostri clienti",
)
BUYS = _any(
    r"send (?:me|us|it|that|the|over|them|him|her|through)",
    r"(?:how much|what(?:'s| does| would| is| do)) (?:is |does |would )?(?:it|that|this|the|you|your)?.{0,20}(?:cost|price|charge|run us|set us back|damage)",
    r"your (?:price|pricing|quote|proposal|product|platform|system|software|tool|demo|contract|people|competitors?|guys|lads|company|stuff|machine|kit|offer|rep|number|terms|figure)",
    r"(?:we|i)(?:'re| are|'m| am| have been|'ve been)? (?:currently |already |still |also )?(?:using|paying|losing|spending|looking at|talking to|comparing|struggling|running|stuck|drowning|under contract|doing it)",
    r"(?:we|i) (?:currently |already |still )?(?:use|pay|lose|spend|run|lost|spent|struggle|waste)",
    r"(?:my|our) (?:boss|ceo|cfo|coo|cto|cio|vp|director|manager|board|wife|husband|brother|partner|budget|finance|legal|procurement|it|it team|team|owner|committee|head office|accountant|current|existing|old|supplier|vendor|contract|lease|people|lads|girls|drivers|staff|guys|customers|patients|guests|students|members|warehouse|plant|shop|site)",
    r"do you (?:guys )?(?:integrate|support|have|offer|do|handle|deliver|install|charge|come)",
    r"can (?:you|it|your) (?:\w+ )?(?:do|integrate|handle|support|deliver|hold|come|send|knock|match|throw|install|talk)",
    r"we(?:'d| would)? (?:need|want|like|have to|got to|can'?t)",
    r"i(?:'d| would)? (?:need to (?:talk|check|run|ask|get)|have to (?:talk|check|run|ask|get))",
    r"(?:we|i)'?(?:ll|d)? (?:go with|take|sign|buy|order|think about it|have a think|get back to you|let you know|run it by)",
    r"(?:too|bit) (?:expensive|dear|steep|much|rich|pricey)",
    r"(?:the|your) (?:other|cheaper) (?:quote|vendor|supplier|lot|guys|crowd|mob|one)",
    r"(?:i|we) (?:like|love|liked|loved) (?:it|that|this|the|what|your)",
    r"invoice (?:me|us)",
    r"you'?(?:re|ve) (?:got|been|cheaper|dearer|more expensive)",
    r"(?:not|isn't) (?:my|our|up to)",
    r"my (?:call|decision|say|money|pocket|card|signature)",
    r"sold me",
    r"convinced me",
    r"unser(?:e|em|en)? (?:chef|budget|geschäftsführ\w+|einkauf|vertrag|team)",
    r"schicken sie",
    r"stuur (?:maar|me|ons)",
    r"envoyez[- ](?:moi|nous)",
    r"mándame",
    r"envíame",
    r"me manda",
    r"mi mandi",
    r"mon (?:patron|chef|directeur)",
    r"mi (?:jefe|socio)",
    r"meu (?:chefe|sócio)",
)


def is_hope(sentence: str) -> bool:
    """Whether a line of notes is the writer's own optimism or opinion."""
    return HOPE.search(sentence) is not None


def is_question(sentence: str) -> bool:
    """Whether the sentence asks."""
    return QUESTION_END.search(sentence) is not None


def is_hypothetical(sentence: str) -> bool:
    """Whether the sentence speaks of what would or might be."""
    return HYPOTHETICAL.search(sentence) is not None or OPENS_IF.match(sentence) is not None


def open_condition(sentence: str) -> str | None:
    """The word that opens a condition which could still make it a no; paperwork after a decision is none."""
    for mark in CONDITION.finditer(sentence):
        if not RESOLVED.match(sentence, mark.start()) and not PAPERWORK.search(sentence, mark.start()):
            return mark.group()
    return None


def decides_alone(sentence: str) -> bool:
    """Whether the sentence says that nobody else has to be asked."""
    return ALONE.search(sentence) is not None


def denies_yes(sentence: str) -> bool:
    """Whether the sentence denies that something is bought, wishes that it were, or speaks of a purchase elsewhere."""
    return DENIAL.search(sentence) is not None


def takes_back(sentence: str) -> bool:
    """Whether the sentence takes something back that was agreed before."""
    return TAKEN_BACK.search(sentence) is not None


ACCEPTED = re.compile(
    r"\b(?:accept\w*|approv\w+|as per|per|sign(?:s|ed|ing)?(?: off)?(?: on)?|go(?:ing)? with|went with|order\w* (?:on|from|against)|tak(?:e|es|ing) up|took up)"
    r" (?:your|their|the|our|this|that|yr|its)(?: \w+){0,2} (?:offer|quotes?|quotation|proposal|tender|bid|pricing|estimate)\b",
    re.IGNORECASE,
)
"""An offer that is taken, which is a purchase, as against one that is asked for."""


SETTING = re.compile(
    r"(\b(?:said|says|confirm(?:s|ed)|told|announced|repeated|decided)\b(?: \w+){0,2}) (?:on|in|at|during) (?:the|our|today['’]?s|yesterday['’]?s) (?:call|meeting|visit|demo|presentation|workshop)\b",
    re.IGNORECASE,
)
"""Where something was said, which is not what was said."""


def object_of(sentence: str) -> SmallYes | Literal["purchase"] | None:
    """What a yes in this sentence would be to: pilot, demo, proposal, introduction, meeting, purchase, or None if it does not say."""
    if ACCEPTED.search(sentence):
        return "purchase"
    sentence = SETTING.sub(r"\1", sentence)
    for name, pattern in OBJECTS:
        if pattern.search(sentence):
            return name
    return "purchase" if PURCHASE.search(sentence) else None


def is_machine(name: str) -> bool:
    """Whether a label in front of words is one that chat prompts have and calls do not: "SYSTEM", "For the AI"."""
    return MACHINE.search(name) is not None


def addresses_software(text: str) -> bool:
    """Whether the text speaks to a program that reads it instead of to people."""
    plain = text.translate(LOOKALIKES)
    return NOT_PEOPLE.search(plain) is not None or MARKUP.search(plain) is not None or BLOB.search(plain) is not None
