"""Transcripts through the library, over the desk's own client."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.core.errors import UpstreamUnavailable
from cryptodesk.documents.fetching import PageFailed
from cryptodesk.documents.sources import youtube
from cryptodesk.documents.sources._source import RawDocument
from cryptodesk.documents.sources.youtube import SOURCE, Transcript, to_documents
from cryptodesk.documents.store import SyncState
from tests.documents.support import FakePages, context, subscription

VIDEO = "dQw4w9WgXcQ"
CHANNEL = "UC" + "a" * 22
BASE = "https://www.youtube.com"
CAPTIONS = (
    '<?xml version="1.0"?><transcript><text start="0" dur="2">Hello &amp;amp; welcome</text>'
    '<text start="2">to the show</text></transcript>'
)
TRACK = {
    "baseUrl": f"{BASE}/api/timedtext?v=x", "name": {"runs": [{"text": "English"}]}, "languageCode": "en",
    "kind": "asr", "isTranslatable": False,
}  # fmt: skip


def player(*, tracks: bool = True, status: str = "OK", reason: str | None = None) -> str:
    listed = {"playerCaptionsTracklistRenderer": {"captionTracks": [TRACK], "translationLanguages": []}}
    captions = listed if tracks else {}
    return json.dumps({"playabilityStatus": {"status": status, "reason": reason}, "captions": captions})


def answers(**changes: Any) -> dict[str, Any]:
    return {
        f"{BASE}/watch?v={VIDEO}": '<html>"INNERTUBE_API_KEY": "key-1"</html>',
        f"{BASE}/youtubei/v1/player?key=key-1": player(),
        f"{BASE}/api/timedtext?v=x": CAPTIONS,
        f"{BASE}/oembed": json.dumps({"title": "The show"}),
    } | changes


async def test_a_video_becomes_its_transcript() -> None:
    asked = context(answers())
    found = await SOURCE.fetch(subscription("youtube", f"video:{VIDEO}"), asked)
    (document,) = found.documents
    assert (document.title, document.text, document.language) == ("The show", "Hello & welcome to the show", "en")
    assert (document.url, document.topics) == (f"{BASE}/watch?v={VIDEO}", ("machine transcript",))
    assert isinstance(asked.pages, FakePages)
    assert {policy.allowed_hosts for policy in asked.pages.policies} == {frozenset({"www.youtube.com", "youtube.com"})}
    again = await SOURCE.fetch(subscription("youtube", f"video:{VIDEO}", found.state), context())
    assert again.is_unchanged


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (player(tracks=False), "has no transcript"),
        (player(status="ERROR", reason="This video is unavailable"), "is not there any more"),
        (player(status="UNPLAYABLE", reason="x"), "cannot be played"),
        ("[]", "another form"),
        ("no json", "another form"),
    ],
)
async def test_a_video_without_a_transcript_is_told(answer: str, told: str) -> None:
    asked = context(answers(**{f"{BASE}/youtubei/v1/player?key=key-1": answer}))
    found = await SOURCE.fetch(subscription("youtube", f"video:{VIDEO}"), asked)
    assert found.documents == []
    assert told in found.problems[0].reason


async def test_being_shut_out_is_a_failure_that_is_tried_again() -> None:
    blocked = player(status="LOGIN_REQUIRED", reason="Sign in to confirm you’re not a bot")
    asked = context(answers(**{f"{BASE}/youtubei/v1/player?key=key-1": blocked}))
    with pytest.raises(UpstreamUnavailable, match="does not let this machine"):
        await SOURCE.fetch(subscription("youtube", f"video:{VIDEO}"), asked)
    down = context(answers(**{f"{BASE}/watch?v={VIDEO}": PageFailed("youtube is down", upstream="youtube")}))
    with pytest.raises(PageFailed, match="youtube is down"):
        await SOURCE.fetch(subscription("youtube", f"video:{VIDEO}"), down)


def entry(video: str, published: str) -> str:
    return (
        f"<entry><id>yt:video:{video}</id><title>Video {video}</title><author><name>Ann</name></author>"
        f'<link rel="alternate" href="{BASE}/watch?v={video}"/><published>{published}</published></entry>'
    )


async def test_a_channel_brings_what_is_new_and_waits_for_captions_of_fresh_videos() -> None:
    fresh, seen = "b" * 11, "c" * 11
    entries = [
        entry(VIDEO, "2026-09-08T00:00:00Z"), entry(fresh, "2026-09-09T11:00:00Z"), entry(seen, "2026-09-01T00:00:00Z"),
    ]  # fmt: skip
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Ann</title>{"".join(entries)}</feed>'
    found_answers = answers() | {
        f"{BASE}/feeds/videos.xml?channel_id={CHANNEL}": feed,
        f"{BASE}/watch?v={fresh}": '"INNERTUBE_API_KEY": "key-2"',
        f"{BASE}/youtubei/v1/player?key=key-2": player(tracks=False),
    }
    found = await SOURCE.fetch(
        subscription("youtube", f"channel:{CHANNEL}", SyncState(cursor=seen)), context(found_answers)
    )
    assert [(document.title, document.publisher) for document in found.documents] == [
        (f"Video {VIDEO}", "YouTube: Ann")
    ]
    assert found.problems[0].reason == "has no transcript"
    assert found.state.cursor == f"{VIDEO} {seen}"


async def test_without_the_library_it_is_off_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(youtube, "find_spec", lambda name: None)
    with pytest.raises(UpstreamUnavailable, match="needs the package youtube-transcript-api"):
        await SOURCE.fetch(subscription("youtube", f"video:{VIDEO}"), context())


def test_pieces_become_paragraphs() -> None:
    found = to_documents(RawDocument(title="", text="", key="k"), Transcript(("word " * 150, "end"), "de", False))
    assert [len(paragraph) for paragraph in found.text.split("\n\n")] == [749, 3]
    assert (found.title, found.topics) == ("Video k", ())


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (VIDEO, f"video:{VIDEO}"),
        (f"https://www.youtube.com/watch?v={VIDEO}&t=3", f"video:{VIDEO}"),
        (f"https://youtu.be/{VIDEO}", f"video:{VIDEO}"),
        (f"https://www.youtube.com/channel/{CHANNEL}", f"channel:{CHANNEL}"),
        (CHANNEL, f"channel:{CHANNEL}"),
    ],
)
def test_what_is_typed_becomes_one_form(typed: str, address: str) -> None:
    assert SOURCE.parse_address(typed) == address


@pytest.mark.parametrize("typed", ["", "https://www.youtube.com/@ann", "x" * 12, "https://evil.example/"])
def test_what_is_no_video_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="expected the address of a video"):
        SOURCE.parse_address(typed)
