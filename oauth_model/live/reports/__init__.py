"""Reports: what a probe found, for people and for machines.

    text        for a terminal
    plain       as data, for JSON
    sarif       for tools that show findings
    junit       for tools that show tests
    transcript  requests and answers as they went over the wire
    curl        a shell script that repeats a finding (`supplied`: what it takes from answers)
    masking     secrets put to labels (`places`: where they stand; `scanner`: how they are found)
    files       all of it in a folder

Nothing here judges: a report says what it says. Formats print what they are given, so mask first.
"""

from oauth_model.live.reports.curl import curl_script
from oauth_model.live.reports.files import Written, prepare, write
from oauth_model.live.reports.junit import as_junit
from oauth_model.live.reports.masking import Mask, masked
from oauth_model.live.reports.plain import as_json, as_plain
from oauth_model.live.reports.sarif import as_sarif, sarif_log
from oauth_model.live.reports.text import as_text, verdict_line, word_of
from oauth_model.live.reports.transcript import transcript

__all__ = [
    "Mask",
    "Written",
    "as_json",
    "as_junit",
    "as_plain",
    "as_sarif",
    "as_text",
    "curl_script",
    "masked",
    "prepare",
    "sarif_log",
    "transcript",
    "verdict_line",
    "word_of",
    "write",
]
