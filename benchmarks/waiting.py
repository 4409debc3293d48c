"""A chat that answers with what the offline analyst would say, after a fixed wait. For measuring what the pipeline adds."""

import time
from datetime import date

from coach.advice import AdviseRuthless, AdviseSkeptical, Findings
from coach.ask import Brief
from coach.commitment import Judge, ground_commitments
from coach.conversation import Conversation
from coach.evidence import Extract
from coach.grounding import ground
from coach.llm.analyst import Analyst
from coach.llm.asker import OnText, RawReply, Sent
from coach.playbook import Playbook
from coach.verdict import Sight, decide, standings


class WaitingChat:
    """Replies are made beforehand, so that only the wait counts as the model's time. `waited` sums it, in seconds."""

    model = "waiting"
    abreast = 1

    def __init__(self, conversation: Conversation, playbook: Playbook, today: date, seconds: float) -> None:
        brief, analyst = Brief(conversation=conversation, playbook=playbook, today=today), Analyst()
        extract = analyst(Extract(brief=brief)).reply
        evidence, _ = ground(extract.claims, conversation, playbook)
        judged = analyst(Judge(brief=brief, evidence=tuple(evidence))).reply
        commitments, _ = ground_commitments(judged.commitments, conversation)
        rows = standings(evidence, playbook)
        verdict = decide(Sight(True, extract.sales, evidence, rows, commitments, None, judged.opinion), playbook)
        findings = Findings(verdict=verdict, standings=tuple(rows), evidence=tuple(evidence))
        self.replies = {
            "extract": extract.model_dump_json(),
            "look": '{"claims": []}',
            "judge": judged.model_dump_json(),
            "skeptical": analyst(AdviseSkeptical(brief=brief, findings=findings)).reply.model_dump_json(),
            "ruthless": analyst(AdviseRuthless(brief=brief, findings=findings)).reply.model_dump_json(),
        }
        self._seconds = seconds
        self.waited = 0.0
        self.sent: list[Sent] = []

    def __call__(self, sent: Sent, on_text: OnText | None = None) -> RawReply:  # noqa: ARG002 - it does not stream
        self.sent.append(sent)
        start = time.perf_counter()
        time.sleep(self._seconds)
        self.waited += time.perf_counter() - start
        return RawReply(text=self.replies[sent.task])
